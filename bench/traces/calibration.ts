import { calibrated } from '../../activities/calibrate.ts';
import type { Outside } from '../../activities/adapters.ts';
import type { Api } from '../../activities/metrics/prometheus/api.ts';
import { pastOf } from '../../activities/metrics/prometheus/past.ts';
import type { Series } from '../../activities/metrics/prometheus/series.ts';
import type { Adapter, MetricOf, Metrics } from '../../activities/ports.ts';
import type { MetricNoise } from '../../src/judge/compared/comparing.ts';
import type { Window } from '../../src/judge/samples.ts';
import type { Plan } from '../../src/spec/schema.ts';
import { bounds, type Arm, type Signal } from '../judge/observed.ts';
import { held } from './growth.ts';

const minute = 60_000;

/** Copies of stable, minute by minute. */
export interface Copies {
  arms: readonly Arm[];
  /** Where the first minute begins, and how many there are; ms. */
  from: number;
  minutes: number;
}

const server = { type: 'prometheus', url: 'http://127.0.0.1' };
const sources = {
  errors: { kind: 'rate', source: { ...server, events: 'errors_total', total: 'requests_total' } },
  latency: { kind: 'latency', source: { ...server, histogram: 'seconds_bucket', unit: 's' } },
  gauge: { kind: 'gauge', source: { ...server, value: 'level' } },
} as const;

/**
 * What the product finds in the past of these copies: its calibration, and its reading of a Prometheus that would have
 * scraped them. Null if it finds too little.
 *
 * @param now when the rollout begins, ms
 */
export async function calibrationOf(
  copies: Copies,
  signal: Signal,
  now: number,
): Promise<MetricNoise | null> {
  const api = apiOf(copies);
  const past: Metrics['past'] = (_, window, call) =>
    pastOf(api, metric as MetricOf<'prometheus'>, (query) => query, window, call);
  const metric = { name: signal, ...sources[signal] } as unknown as Plan['metrics'][number];
  const prometheus: Adapter<unknown, Pick<Metrics, 'past'>> = {
    uses: () => [],
    connect: () => ({ past }),
  };
  const clock = { now: () => now };
  const outside = { adapters: { metrics: { prometheus } }, clock, grants: {} } as unknown as Outside;
  const release = { service: 'trace', version: '2', stable: '1' };
  const call = { signal: new AbortController().signal };
  return (await calibrated(metric, release, now, outside, call)).noise;
}

/** A server that has scraped the copies at each full minute. */
function apiOf({ arms, from, minutes }: Copies): Api {
  const at = (place: number): number => from + place * minute;
  const seriesOf = (
    values: Float64Array,
    instance: number,
    { from: first, to }: Window,
    le?: string,
  ): Series => ({
    labels: { job: 'trace', instance: `${instance}`, ...(le === undefined ? {} : { le }) },
    samples: [...values]
      .map((value, place) => ({ at: at(place), value }))
      .filter((sample) => sample.at >= first && sample.at <= to && !Number.isNaN(sample.value)),
  });
  const les = [...bounds.map(String), '+Inf'];
  const minutesOf = (expression: string, window: Window): Series[] =>
    arms.flatMap((arm, instance) => {
      if (expression.includes('seconds_bucket'))
        return les.map((le, place) => seriesOf(counter(bucket(arm, place)), instance, window, le));
      if (expression.includes('level')) return [seriesOf(level(arm.gauge), instance, window)];
      const counted = expression.includes('errors_total') ? arm.errors : arm.requests;
      return [seriesOf(counter(counted), instance, window)];
    });
  const unasked = (): never => {
    throw new Error('a calibration asks for minutes and values only');
  };
  return {
    place: 'the trace',
    steps: (expression, window) => Promise.resolve(minutesOf(expression, window)),
    values: () =>
      Promise.resolve(
        les.map((le, place) => ({
          labels: { le },
          value: arms.reduce((sum, arm) => sum + (counter(bucket(arm, place))[minutes] ?? 0), 0),
        })),
      ),
    time: unasked,
    samples: unasked,
    typesOf: unasked,
  };
}

/** The requests of the bucket at this place, or all of them beyond the last. */
function bucket(arm: Arm, place: number): Float64Array {
  return arm.buckets[place] ?? arm.requests;
}

/** A counter as it stands at each full minute, the first one included. */
function counter(growth: Float64Array): Float64Array {
  let sum = 0;
  return Float64Array.from([0, ...growth], (more) => (sum += more));
}

/** A gauge at each full minute: the newest reading of the five minutes before. */
function level(readings: Float64Array): Float64Array {
  return Float64Array.from([NaN, ...held(readings, 5)]);
}
