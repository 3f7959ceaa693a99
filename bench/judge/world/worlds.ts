import type { EffectName } from './effects.ts';
import type { Wander } from './wander.ts';

/** The weather that a release happens in. */
export interface World {
  title: string;
  /** Requests per second of canary and stable together. */
  rate: number;
  /** How far the traffic swings over the day, from 0 to 1. */
  swing: number;
  /** In both arms, errors are this many times as frequent for three hours; 1 for no incident. */
  incident: number;
  /** Errors, and slow requests, come in bunches of this many, each in one arm. */
  batch: number;
  wander: Wander;
  /** Of stable. */
  errorRate: number;
  /** Minutes until harm begins, from and to: drawn evenly between them. */
  onset: readonly [number, number];
  /** The canary's weight and from which minute on it has it. */
  weights: readonly { from: number; weight: number }[];
  /** The share of the traffic that the canary gets, over its weight. */
  split: number;
  /** The probabilities that a tick's scrape fails, and that a counter begins again at 0 in it. */
  missing: number;
  resets: number;
  /** Effects that mean nothing here, or the same as elsewhere. */
  without: readonly EffectName[];
}

const calm: Omit<World, 'title'> = {
  rate: 100,
  swing: 0,
  incident: 1,
  batch: 1,
  wander: { kind: 'none' },
  errorRate: 0.005,
  onset: [0, 0],
  weights: [{ from: 0, weight: 0.05 }],
  split: 1,
  missing: 0,
  resets: 0,
  without: [],
};

const latencyAndGauge = ['p99-1.3', 'p99-2', 'gauge'] as const;

/** All worlds: 100 requests a second, 5% of them the canary's, 0.5% errors, unless its line says otherwise. */
export const worlds = {
  iid: { ...calm, title: 'independent requests' },
  diurnal: { ...calm, title: 'traffic swings by ± 80% over the day', swing: 0.8 },
  incident: { ...calm, title: 'errors × 10 in both arms for three hours', incident: 10 },
  batch: { ...calm, title: 'errors in batches of 3', batch: 3 },
  gamma: { ...calm, title: 'noise per pod and minute, CV² 0.5', wander: { kind: 'gamma', variance: 0.5 } },
  autoregression: {
    ...calm,
    title: 'noise per pod, AR(1) 0.9 per minute',
    // So large that the plain e-process (one start, φ = 1, r₀ = 1), which takes errors for independent, alarms falsely in
    // about 39% of 24 hours: 38% of 500 at 0.46, 43% at 0.5.
    wander: { kind: 'autoregression', correlation: 0.9, sd: 0.465 },
  },
  pods: {
    ...calm,
    title: 'each pod better or worse for life, sd 0.15',
    wander: { kind: 'lasting', sd: 0.15 },
  },
  late: {
    ...calm,
    title: 'harm begins in the seventh hour',
    onset: [360, 420],
    without: ['none', 'improvement'],
  },
  ramp: {
    ...calm,
    title: 'weight 1, 5, then 25%, from half-hour to half-hour',
    weights: [
      { from: 0, weight: 0.01 },
      { from: 30, weight: 0.05 },
      { from: 60, weight: 0.25 },
    ],
  },
  gaps: { ...calm, title: '5% of scrapes missing, counter resets', missing: 0.05, resets: 0.002 },
  quiet: { ...calm, title: 'one request a second', rate: 1 },
  flawless: {
    ...calm,
    title: 'stable has no errors; harm is 1% errors',
    errorRate: 0,
    without: ['errors-1.5', 'errors-2', 'errors-10', 'improvement', ...latencyAndGauge],
  },
  mismatch: { ...calm, title: 'the canary gets 7% instead of 5%', split: 1.4 },
} as const satisfies Record<string, World>;

export type WorldName = keyof typeof worlds;
