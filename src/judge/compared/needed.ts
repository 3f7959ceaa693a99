import type { ComparisonEvidence } from '../verdict.ts';
import { count } from '../../text/number.ts';
import { evidenceGain } from '../sequential/evidence-gain.ts';
import type { Margins } from '../sequential/ratio-test.ts';
import { duration } from '../../text/duration.ts';

/** Requests of each arm at the present weight, and the milliseconds in which they came; 0 where that is not known. */
export interface Traffic {
  canary: number;
  stable: number;
  time: number;
}

/** Which verdict is the nearest, and about how many more requests of the canary it takes. */
export interface Needed {
  verdict: 'pass' | 'fail';
  requests: number;
}

/** Fewer events than these say nothing of what is to come. */
const fewest = 10;

/**
 * Evidence wanders, and crosses what is needed sooner than its mean does: the median of simulated rollouts took 0.35 to 0.7
 * of what the mean gain alone foretells, at 1, 2 and 3 times the events and after 2 to 15 minutes.
 */
const sooner = 0.6;

/** Beyond this many requests nobody waits. */
const farthest = 100_000_000;

/**
 * How much more is needed if all goes on as it did so far: what the evidence lacks, over what it gains with each request of
 * the canary. An expectation: half of the rollouts take longer. Null where too little is known, or no verdict is in sight.
 */
export function stillNeeded(
  { canary, stable, harm, pass, needed }: ComparisonEvidence,
  { failAbove, passBelow }: Margins,
  traffic: Traffic,
  dispersion: number,
): Needed | null {
  const events = canary.sum + stable.sum;
  if (events < fewest || traffic.canary === 0 || traffic.stable === 0) return null;
  const perRequest = stable.sum / stable.n;
  const ratio = (canary.sum + 0.5) / (canary.n * perRequest + 0.5);
  const rates = { canary: perRequest, stable: (perRequest * traffic.stable) / traffic.canary };
  const after = (lacking: number, margin: number): number =>
    (sooner * dispersion * Math.max(0, Math.log(lacking))) / evidenceGain(rates, ratio, margin);
  const ways: Needed[] = [
    ...(ratio < passBelow
      ? [{ verdict: 'pass' as const, requests: after(needed.pass / pass, passBelow) }]
      : []),
    ...(ratio > failAbove
      ? [{ verdict: 'fail' as const, requests: after(needed.harm / harm, failAbove) }]
      : []),
  ];
  const [nearest] = ways.sort((one, other) => one.requests - other.requests);
  return nearest === undefined || !(nearest.requests <= farthest) ? null : nearest;
}

/** `a pass takes about 1,300 more requests of the canary, 4m`. */
export function neededText(
  needed: Needed | null,
  { canary, time }: Traffic,
  exposure: string,
): string | null {
  if (needed === null) return null;
  const requests = rounded(needed.requests);
  const text = `a ${needed.verdict} takes about ${count(requests, `more ${exposure}`)} of the canary`;
  return time === 0 ? text : `${text}, ${duration(rounded((needed.requests * time) / canary))}`;
}

/** Two digits are as many as are known. */
function rounded(value: number): number {
  return Number(Math.max(1, value).toPrecision(2));
}
