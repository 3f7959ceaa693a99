import { calm, type Noise } from './noise.ts';
import type { Counts } from './rate-ratio.ts';
import {
  addCounts,
  harmEvidence,
  noRatioEvidence,
  passEvidence,
  ratioBounds,
  readEvidence,
  writeEvidence,
} from './ratio-evidence.ts';
import { errorHarms, ratioTest, type Harms, type Margins } from './ratio-test.ts';
import { dispersionOf, noDispersion, withTick, type RunningDispersion } from './running-dispersion.ts';

/** What is carried of one ratio: plain and small. */
export interface RatioState {
  /** Events and exposures of the canary, then of stable; milliseconds that were judged. */
  counts: [number, number, number, number, number];
  /** The likelihoods, as {@link writeEvidence} writes them. */
  evidence: string;
  /** Where no history says how much the counts vary. */
  running?: RunningDispersion;
}

/** One ratio of rates that is being judged. */
export interface Ratio {
  readonly counts: Counts;
  /** By which the next tick's evidence is divided. */
  dispersion(): number;
  add(counts: Counts, length: number): void;
  /** E-values: that the rate is above `failAbove` times stable's, and that it is below `passBelow` times. */
  harm(): number;
  pass(): number;
  bounds(alpha: number): { lower: number; upper: number };
  state(): RatioState;
}

/**
 * @param noise what history says of the counts; null: what the ticks themselves say
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
  const [canaryEvents, canaryExposure, stableEvents, stableExposure, time] = before?.counts ?? [
    0, 0, 0, 0, 0,
  ];
  let judged = read === null ? 0 : time;
  let running = before?.running ?? noDispersion;
  const counts: Counts = { canaryEvents, canaryExposure, stableEvents, stableExposure };
  const dispersion = (): number => (noise === null ? dispersionOf(running) : noise.dispersion);
  return {
    counts,
    dispersion,
    add(more, length) {
      addCounts(test, evidence, more, { judged, length, dispersion: dispersion() });
      judged += length;
      if (noise === null) running = withTick(running, more, length);
      counts.canaryEvents += more.canaryEvents;
      counts.canaryExposure += more.canaryExposure;
      counts.stableEvents += more.stableEvents;
      counts.stableExposure += more.stableExposure;
    },
    harm: () => harmEvidence(test, evidence),
    pass: () => passEvidence(test, evidence),
    bounds: (alpha) =>
      ratioBounds(
        test,
        evidence,
        alpha,
        Math.max(1, counts.canaryExposure) / Math.max(1, counts.stableExposure),
      ),
    state: () => ({
      counts: [
        counts.canaryEvents,
        counts.canaryExposure,
        counts.stableEvents,
        counts.stableExposure,
        judged,
      ],
      evidence: writeEvidence(test, evidence),
      ...(noise === null ? { running } : {}),
    }),
  };
}
