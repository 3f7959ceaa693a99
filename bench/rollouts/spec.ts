import type { RolloutSpec } from '../../src/spec.ts';
import { failures, gauges } from './instruments.ts';
import { compression, every } from './time.ts';

type Metric = NonNullable<RolloutSpec['metrics']>[number];
export type Preset = 'default' | 'fast';

export const mostMetrics = 10;

/** What is released, how it is measured, and by whom it is judged. */
export interface Setting {
  service: string;
  version: string;
  url: string;
  prometheus: string;
  judge: Preset;
  /** From 2, errors and latency, to ten; the further ones are reported and decide nothing. */
  metrics: number;
}

/** Minutes of what is simulated. */
const bakes = [
  { weight: 5, min: 2, max: 5 },
  // Demands a pass, being the last one.
  { weight: 25, min: 2, max: 30 },
];

/** All bakes at their longest, in milliseconds of the clock. */
export const longest = (bakes.reduce((sum, { max }) => sum + max, 0) * 60_000) / compression;

/** @param pace how many times as fast as what is simulated it goes */
export function specOf(setting: Setting, pace = compression): RolloutSpec {
  const { service, version, url, prometheus, judge, metrics } = setting;
  const seconds = (minutes: number): string => `${(minutes * 60) / pace}s`;
  return {
    service,
    version,
    target: { type: 'http', url },
    every: `${every / pace}ms`,
    judge,
    prometheus: { url: prometheus },
    metrics: allMetrics.slice(0, metrics),
    steps: bakes.map(({ weight, min, max }) => ({ weight, bake: { min: seconds(min), max: seconds(max) } })),
  };
}

const match = 'job="$service",track="$track"';
const requests = `http_requests_total{${match}}`;

const allMetrics: Metric[] = [
  { name: 'errors', kind: 'rate', source: { type: 'prometheus', preset: 'http-server', match } },
  { name: 'latency', kind: 'latency', source: { type: 'prometheus', preset: 'http-server', match } },
  ...Object.keys(failures).map((name): Metric => {
    const events = `failures_total{class="${name}",${match}}`;
    return { name, kind: 'rate', gating: false, source: { type: 'prometheus', events, total: requests } };
  }),
  {
    name: 'queries',
    kind: 'latency',
    gating: false,
    source: { type: 'prometheus', histogram: 'query_duration_seconds', match },
  },
  ...Object.entries(gauges).map(([name, { sd }]): Metric => {
    const source = { type: 'prometheus', value: `${name}{${match}}` } as const;
    return { name, kind: 'gauge', gating: false, source, noise: { sd } };
  }),
];
