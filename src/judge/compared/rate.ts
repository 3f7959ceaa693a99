import type { Reading } from '../samples.ts';
import { count, number } from '../../text/number.ts';
import type { Counts } from '../sequential/rate-ratio.ts';
import { ratioOf, type Ratio } from '../sequential/ratio.ts';
import {
  exposureOf,
  type Comparing,
  type Comparison,
  type Found,
  type RateState,
  type Wanting,
} from './comparing.ts';
import { amongUsers, noUsers, withUsers } from './users.ts';

/** Events out of exposures. */
export function rateComparing(comparison: Comparison, least: number, before: RateState | null): Comparing {
  const exposure = exposureOf(comparison);
  const countsUsers = comparison.counted === 'users';
  // A user with an event is counted twice, but came once: only users say whether the canary gets its share.
  const came = ({ events, total }: Events): number => (countsUsers ? total - events : total);
  let users = before?.users ?? noUsers;
  const ratio = ratioOf(comparison, comparison.noise?.counts ?? null, before?.ratio ?? null);
  return {
    add(canary, stable, length) {
      const fault = faultOf(canary) ?? prefixed(faultOf(stable));
      if (fault !== null) return { missing: fault };
      const [of, to] = [canary as Events, stable as Events];
      const counts: Counts = {
        canaryEvents: of.events,
        canaryExposure: of.total,
        stableEvents: to.events,
        stableExposure: to.total,
      };
      if (countsUsers) users = withUsers(users, counts);
      ratio.add(counts, length, countsUsers ? amongUsers(users, counts, comparison.share) : counts);
      return { canary: came(of), stable: came(to) };
    },
    harm: () => ratio.harm(),
    pass: () => ratio.pass(),
    dispersion: () => ratio.dispersion(),
    wanting: () => tooFew(ratio.counts, { least, exposure }),
    found: (level) => foundOf('', ratio, { level, exposure, isTwice: countsUsers }),
    state: () => ({ ratio: ratio.state(), ...(countsUsers && { users }) }),
  };
}

interface Events {
  events: number;
  total: number;
}

/** Why a reading is no events out of exposures; null if it is. */
export function faultOf(reading: Reading): string | null {
  if ('missing' in reading) return reading.missing;
  if (!('events' in reading)) return `a reading of another kind than rate came: ${JSON.stringify(reading)}`;
  const { events, total } = reading;
  if (!isCount(events) || !isCount(total)) {
    return `${String(events)} events of ${String(total)} are no counts`;
  }
  return events > total ? `${String(events)} events are more than the ${String(total)} exposures` : null;
}

export function prefixed(fault: string | null): string | null {
  return fault === null ? null : `stable: ${fault}`;
}

/** Beyond these, sums and quotients of counts are no longer finite numbers above 0. */
const leastCount = 1e-9;
const mostCount = Number.MAX_SAFE_INTEGER;

export function isCount(value: unknown): value is number {
  return typeof value === 'number' && (value === 0 || (value >= leastCount && value <= mostCount));
}

/** What one exposure is. */
type Exposed = ReturnType<typeof exposureOf>;

export function tooFew(
  { canaryExposure, stableExposure }: Counts,
  { least, exposure }: { least: number; exposure: Exposed },
): Wanting | null {
  const so = (n: number): string => `${number(n)} of the ${count(least, exposure)} that a verdict needs`;
  if (canaryExposure < least) return { kind: 'no-signal', because: so(canaryExposure) };
  if (stableExposure < least) return { kind: 'no-signal', because: `stable has ${so(stableExposure)}` };
  return null;
}

export function foundOf(
  of: string,
  ratio: Ratio,
  { level, exposure, isTwice = false }: { level: number; exposure: Exposed; isTwice?: boolean },
): Found {
  const evidence = evidenceOf(ratio, level, isTwice);
  const { canary, stable } = evidence;
  const against =
    stable.sum === 0 ? `none of ${number(stable.n)}` : `${number(stable.sum)} of ${number(stable.n)}`;
  return {
    of,
    figures: `${number(canary.sum)} of ${count(canary.n, exposure)} against ${against}`,
    evidence,
  };
}

/** @param isTwice whether an exposure with an event was counted twice */
function evidenceOf(ratio: Ratio, level: number, isTwice: boolean): Found['evidence'] {
  const { canaryEvents, canaryExposure, stableEvents, stableExposure } = ratio.counts;
  // Who was counted before the rollout is here only by an event.
  const among = (exposures: number, events: number): number =>
    isTwice ? Math.max(events, exposures - events) : exposures;
  const canary = { sum: canaryEvents, n: among(canaryExposure, canaryEvents) };
  const stable = { sum: stableEvents, n: among(stableExposure, stableEvents) };
  const { lower, upper } = ratio.bounds(level);
  const isMultiple = stable.sum > 0 && canary.n > 0;
  return {
    canary,
    stable,
    ratio: isMultiple ? canary.sum / canary.n / (stable.sum / stable.n) : null,
    atLeast: lower > 0 ? lower : null,
    atMost: Number.isFinite(upper) ? upper : null,
    harm: ratio.harm(),
    pass: ratio.pass(),
  };
}
