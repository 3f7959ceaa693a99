import type { Reading } from '../samples.ts';
import { count, number } from '../../text/number.ts';
import type { Counts } from '../sequential/rate-ratio.ts';
import { ratioOf, type Ratio, type RatioState } from '../sequential/ratio.ts';
import { exposureOf, type Comparing, type Comparison, type Found, type Wanting } from './comparing.ts';

/** Events out of exposures. */
export function rateComparing(
  comparison: Comparison,
  least: number,
  before: { ratio: RatioState } | null,
): Comparing {
  const exposure = exposureOf(comparison);
  // A user with an event is counted twice, but came once: only users say whether the canary gets its share.
  const came = ({ events, total }: Events): number =>
    comparison.counted === 'users' ? total - events : total;
  const ratio = ratioOf(comparison, comparison.noise?.counts ?? null, before?.ratio ?? null);
  return {
    add(canary, stable, length) {
      const fault = faultOf(canary) ?? prefixed(faultOf(stable));
      if (fault !== null) return { missing: fault };
      const [of, to] = [canary as Events, stable as Events];
      ratio.add(
        {
          canaryEvents: of.events,
          canaryExposure: of.total,
          stableEvents: to.events,
          stableExposure: to.total,
        },
        length,
      );
      return { canary: came(of), stable: came(to) };
    },
    harm: () => ratio.harm(),
    pass: () => ratio.pass(),
    dispersion: () => ratio.dispersion(),
    wanting: () => tooFew(ratio.counts, { least, exposure }),
    found: (level) => foundOf('', ratio, { level, exposure }),
    state: () => ({ ratio: ratio.state() }),
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

export function tooFew(
  { canaryExposure, stableExposure }: Counts,
  { least, exposure }: { least: number; exposure: string },
): Wanting | null {
  const so = (n: number): string => `${number(n)} of the ${count(least, exposure)} that a verdict needs`;
  if (canaryExposure < least) return { kind: 'no-signal', because: so(canaryExposure) };
  if (stableExposure < least) return { kind: 'no-signal', because: `stable has ${so(stableExposure)}` };
  return null;
}

export function foundOf(
  of: string,
  ratio: Ratio,
  { level, exposure }: { level: number; exposure: string },
): Found {
  const { canaryEvents, canaryExposure, stableEvents, stableExposure } = ratio.counts;
  const stable =
    stableEvents === 0
      ? `none of ${number(stableExposure)}`
      : `${number(stableEvents)} of ${number(stableExposure)}`;
  return {
    of,
    figures: `${number(canaryEvents)} of ${count(canaryExposure, exposure)} against ${stable}`,
    evidence: evidenceOf(ratio, level),
  };
}

function evidenceOf(ratio: Ratio, level: number): Found['evidence'] {
  const { canaryEvents, canaryExposure, stableEvents, stableExposure } = ratio.counts;
  const { lower, upper } = ratio.bounds(level);
  const isMultiple = stableEvents > 0 && canaryExposure > 0;
  return {
    canary: { sum: canaryEvents, n: canaryExposure },
    stable: { sum: stableEvents, n: stableExposure },
    ratio: isMultiple ? canaryEvents / canaryExposure / (stableEvents / stableExposure) : null,
    atLeast: lower > 0 ? lower : null,
    atMost: Number.isFinite(upper) ? upper : null,
    harm: ratio.harm(),
    pass: ratio.pass(),
  };
}
