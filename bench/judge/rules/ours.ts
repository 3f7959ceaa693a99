import { withNoiseOf, type Comparison, type MetricNoise } from '../../../src/judge/compared/comparing.ts';
import { boundsToWatch } from '../../../src/judge/compared/latency.ts';
import { calibrationOf, type Past } from '../../../src/judge/compared/calibration.ts';
import type { Criterion } from '../../../src/judge/criteria.ts';
import { atNewStep, judgingOf, type Judging } from '../../../src/judge/judge.ts';
import type { Margins } from '../../../src/judge/sequential/ratio-test.ts';
import type { Reading, Tick } from '../../../src/judge/samples.ts';
import { presets } from '../../../src/spec/judges.ts';
import { bounds, every, type Arm, type Observed, type Signal } from '../observed.ts';
import type { Rule, Verdict } from './rule.ts';

/** Where a gauge fails and passes: its noise is a tenth of its level here, and so are the effects that are looked for. */
const gaugeMargins = {
  default: { failAbove: 1.025, passBelow: 1.05 },
  fast: { failAbove: 1, passBelow: 1.05 },
};

/** The judge of a rollout as it is, with what a day of stable's history says about noise, or without. */
function ours(name: string, title: string, preset: keyof typeof presets, knowsHistory: boolean): Rule {
  return {
    name,
    title,
    signals: knowsHistory ? ['errors', 'latency', 'gauge'] : ['errors', 'latency'],
    judge(run, signal) {
      const margins = signal === 'gauge' ? gaugeMargins[preset] : presets[preset];
      return judged(run, signal, margins, knowsHistory ? (noiseOf(run, signal) ?? undefined) : undefined);
    },
  };
}

export const oursDefault = ours('default', 'ours, default', 'default', true);
export const oursFast = ours('fast', 'ours, fast', 'fast', true);
export const oursBlind = ours('default-blind', 'ours, default, without history', 'default', false);

const risk = presets.default;
const name = 'metric';
const kinds = { errors: 'rate', latency: 'latency', gauge: 'gauge' } as const;

function judged(run: Observed, signal: Signal, margins: Margins, noise: MetricNoise | undefined): Verdict {
  const judging = (weight: number, before: Judging | null): Judging => {
    const asked: Comparison = {
      failAbove: margins.failAbove,
      passBelow: margins.passBelow,
      share: weight,
      ...(run.counted !== undefined && { counted: run.counted }),
    };
    const comparison = noise === undefined ? asked : withNoiseOf(asked, noise);
    const criterion: Criterion = { name, kind: kinds[signal], gating: true, minSample: 20, comparison };
    return judgingOf([criterion], before === null ? {} : atNewStep(before.state()), risk);
  };
  let weight = run.weight[0] ?? 0;
  let current = judging(weight, null);
  let passedAt: number | null = null;
  for (let at = 0; at < run.ticks; at += 1) {
    const now = run.weight[at] ?? weight;
    if (now !== weight) {
      weight = now;
      current = judging(weight, current);
    }
    current.add(tickOf(run, signal, at));
    const kind = current.kind();
    if (kind === 'fail') return { failedAt: at + 1, passedAt };
    if (kind === 'pass') passedAt ??= at + 1;
  }
  return { failedAt: null, passedAt };
}

function tickOf(run: Observed, signal: Signal, at: number): Tick {
  const window = { from: at * every * 1000, to: (at + 1) * every * 1000 };
  if (run.scraped[at] === 0) {
    const missing = { missing: 'not scraped' };
    return { window, metrics: { [name]: { canary: missing, stable: missing } } };
  }
  return {
    window,
    metrics: {
      [name]: { canary: readingOf(run.canary, signal, at), stable: readingOf(run.stable, signal, at) },
    },
  };
}

const milliseconds = bounds.map((bound) => bound * 1000);

function readingOf({ requests, errors, buckets, gauge }: Arm, signal: Signal, at: number): Reading {
  const total = requests[at] ?? 0;
  if (signal === 'errors') return { events: errors[at] ?? 0, total };
  if (signal === 'gauge') return { value: gauge[at] ?? NaN, n: 1 };
  return { bounds: milliseconds, below: buckets.map((bucket) => bucket[at] ?? 0), total };
}

const known = new WeakMap<Observed, { [S in Signal]?: MetricNoise | null }>();

/** What a day of stable says, null if it says too little; every rule of ours that asks about a run gets the same. */
export function noiseOf(run: Observed, signal: Signal): MetricNoise | null {
  const found = known.get(run) ?? {};
  known.set(run, found);
  const read = run.history.read?.[signal];
  return read === undefined ? (found[signal] ??= calibrated(run, signal)) : read;
}

/** The past of a rollout that starts between two minutes: the first one is not whole. */
function calibrated({ history: { copies } }: Observed, signal: Signal): MetricNoise {
  const past = (): Past => {
    if (signal === 'gauge') return { kind: 'gauge', copies: copies.map(({ gauge }) => [...gauge].slice(1)) };
    if (signal === 'errors') {
      const minutesOf = ({ requests, errors }: Arm) =>
        [...requests].map((total, at) => ({ total, events: errors[at] ?? 0 })).slice(1);
      return { kind: 'rate', copies: copies.map(minutesOf) };
    }
    const sumOf = (series: (arm: Arm) => Float64Array | undefined): number =>
      copies.reduce((so, arm) => so + sum(series(arm) ?? new Float64Array()), 0);
    const watched = boundsToWatch({
      bounds: milliseconds,
      below: milliseconds.map((_, at) => sumOf((arm) => arm.buckets[at])),
      total: sumOf((arm) => arm.requests),
    });
    const buckets = watched.map((above) => milliseconds.indexOf(above));
    const minutesOf = ({ requests, buckets: counts }: Arm) =>
      [...requests]
        .map((total, at) => ({ total, slower: buckets.map((one) => total - (counts[one]?.[at] ?? 0)) }))
        .slice(1);
    return { kind: 'latency', bounds: watched, copies: copies.map(minutesOf) };
  };
  return calibrationOf(past()).noise ?? {};
}

function sum(series: Float64Array): number {
  return series.reduce((so, one) => so + one, 0);
}
