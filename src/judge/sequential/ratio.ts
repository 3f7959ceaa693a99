import { calm, type Noise } from './noise.ts';
import type { Counts } from './rate-ratio.ts';
import { ratioBounds } from './ratio-bounds.ts';
import { readEvidence, writeEvidence } from './ratio-code.ts';
import { addCounts, harmEvidence, noRatioEvidence, passEvidence } from './ratio-evidence.ts';
import { errorHarms, ratioTest, type Harms, type Margins } from './ratio-test.ts';
import { dispersionOf, noDispersion, withTick, type RunningDispersion } from './running-dispersion.ts';

/** What is carried of one ratio: plain and small. */
export interface RatioState {
  events: [canary: number, stable: number];
  /** What the events are out of, and milliseconds that were judged. */
  exposure: [canary: number, stable: number, time: number];
  /** The likelihoods, as {@link writeEvidence} writes them. */
  evidence: string;
  /** Where nothing says how much the counts vary. */
  running?: RunningDispersion;
}

/** One ratio of rates that is being judged. */
export interface Ratio {
  readonly counts: Counts;
  /** By which the next tick's evidence is divided. */
  dispersion(): number;
  /** @param among the same events, out of the exposures that they are weighed against; by default the tick's own */
  add(counts: Counts, length: number, among?: Counts): void;
  /** E-values: that the rate is above `failAbove` times stable's, and that it is below `passBelow` times. */
  harm(): number;
  pass(): number;
  bounds(alpha: number): { lower: number; upper: number };
  state(): RatioState;
}

/**
 * @param noise what is known of the counts; null: what the ticks themselves say
 * @param before null at the beginning
 */
export function ratioOf(
  margins: Margins,
  noise: Noise | null,
  before: RatioState | null,
  harms: Harms = errorHarms,
): Ratio {
  const test = ratioTest(margins, noise ?? calm, harms);
  const read = before === null ? null : readEvidence(test, before.evidence);
  const evidence = read ?? noRatioEvidence(test);
  const [canaryEvents, stableEvents] = before?.events ?? [0, 0];
  const [canaryExposure, stableExposure, time] = before?.exposure ?? [0, 0, 0];
  let judged = read === null ? 0 : time;
  let running = before?.running ?? noDispersion;
  const counts: Counts = { canaryEvents, canaryExposure, stableEvents, stableExposure };
  const dispersion = (): number => (noise === null ? dispersionOf(running) : noise.dispersion);
  return {
    counts,
    dispersion,
    add(more, length, among = more) {
      addCounts(test, evidence, among, { judged, length, dispersion: dispersion() });
      judged += length;
      if (noise === null) running = withTick(running, among, length);
      counts.canaryEvents += more.canaryEvents;
      counts.canaryExposure += more.canaryExposure;
      counts.stableEvents += more.stableEvents;
      counts.stableExposure += more.stableExposure;
    },
    harm: () => harmEvidence(test, evidence, judged),
    pass: () => passEvidence(test, evidence),
    bounds: (alpha) =>
      ratioBounds(
        test,
        evidence,
        alpha,
        Math.max(1, counts.canaryExposure) / Math.max(1, counts.stableExposure),
      ),
    state: () => ({
      events: [counts.canaryEvents, counts.stableEvents],
      exposure: [counts.canaryExposure, counts.stableExposure, judged],
      evidence: writeEvidence(test, evidence),
      ...(noise === null ? { running } : {}),
    }),
  };
}
