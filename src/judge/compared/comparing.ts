import type { Reading } from '../samples.ts';
import type { ComparisonEvidence } from '../verdict.ts';
import type { Noise } from '../sequential/noise.ts';
import type { GaugeNoise, GaugeState } from '../sequential/gauge.ts';
import type { RatioState } from '../sequential/ratio.ts';
import type { Margins } from '../sequential/ratio-test.ts';
import type { UserCounts } from './users.ts';

/** How a metric is held against stable at any moment. */
export interface Comparison extends Margins {
  /** As the spec or stable's past says; without it the rollout's own ticks have to. */
  noise?: MetricNoise | undefined;
  /** What `failAbove` was before it was raised to what the noise needs; absent where it was not. */
  raisedFrom?: number | undefined;
  /** The share of the requests that the canary should get, of one; absent where nobody knows. */
  share?: number | undefined;
  /**
   * What its source counts where it is not each request by itself. `users`: each user once a day, and once more with an
   * event. `requests of users`: each user is in one arm with all requests, so
   * that the canary's part of the requests says little about the split.
   */
  counted?: 'users' | 'requests of users' | undefined;
  /**
   * Users are split but requests counted, and nothing says how much users differ: the errors of one user come together
   * and stay in one arm, so α and β do not hold.
   */
  uncovered?: 'users' | undefined;
}

/** How much a metric varies although nothing has changed. */
export interface MetricNoise {
  /** Of a rate, and of a latency at each bound that has none of its own. */
  counts?: Noise | undefined;
  /** Of a latency: the bounds to watch, in milliseconds. */
  bounds?: { above: number; noise: Noise }[] | undefined;
  gauge?: GaugeNoise | undefined;
  /** Of a metric with a limit: how much more its events vary than independent ones, from 1 on. */
  dispersion?: number | undefined;
  /** A smaller `failAbove` is raised to this: copies stray so far that less may be noise. Absent where any will do. */
  leastFailAbove?: number | undefined;
}

/** A comparison with what stable's past says of its noise. */
export function withNoiseOf(comparison: Comparison, noise: MetricNoise): Comparison {
  const { failAbove } = comparison;
  const { leastFailAbove = failAbove } = noise;
  if (leastFailAbove <= failAbove) return { ...comparison, noise };
  return { ...comparison, noise, failAbove: leastFailAbove, raisedFrom: failAbove };
}

/** How sure a verdict has to be. */
export interface Risk {
  /** That a rollout fails a canary that is no worse than `failAbove` allows, over all its metrics and looks. */
  alpha: number;
  /** That a metric passes that is worse than `passBelow` allows. */
  beta: number;
}

export type ComparingState = RateState | LatencyState | { gauge: GaugeState };

export interface RateState {
  ratio: RatioState;
  /** Where users are counted. */
  users?: UserCounts;
}

/** A latency is judged by how many requests are slower than each of a few bounds. */
export interface LatencyState {
  bounds: number[];
  /** Of all bounds alike. */
  exposure: RatioState['exposure'];
  ratios: Omit<RatioState, 'exposure'>[];
  /** While the bounds are being chosen: what stable's requests took. */
  learning?: { bounds: number[]; below: number[]; total: number };
}

/** What one tick gave of each arm. */
export interface Exposure {
  canary: number;
  stable: number;
}

/** What one exposure is called. */
export function exposureOf({ counted }: Comparison): 'request' | 'user' {
  return counted === 'users' ? 'user' : 'request';
}

/** One metric that is being compared with stable, of whatever kind. */
export interface Comparing {
  /** Takes one tick in, or says why it gives nothing. */
  add(canary: Reading, stable: Reading, length: number): Exposure | { missing: string };
  /** E-values. */
  harm(): number;
  pass(): number;
  /** Why there cannot be a verdict yet; null if there can. */
  wanting(): Wanting | null;
  /** By how much more than independent events it varies, which evidence is divided by; 1 for a gauge. */
  dispersion(): number;
  /** What the numbers are, for a sentence, with confidence 1 - `level`. */
  found(level: number): Found;
  state(): ComparingState;
}

export interface Wanting {
  /** Too little was measured, or what was measured can decide nothing. */
  kind: 'no-signal' | 'inconclusive';
  because: string;
}

export interface Found {
  /** What is compared: `requests slower than 500ms`; empty for the metric itself. */
  of: string;
  /** `31 of 1,040 requests against 198 of 19,800`; of what is counted by user, `31 of 1,040 users against …`. */
  figures: string;
  evidence: Omit<ComparisonEvidence, 'needed'>;
}
