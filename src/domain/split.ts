import type { Audience, Split } from './rollout.ts';
import { audienceLabel } from './steps.ts';
import { isNear, isSameWeight } from './weight.ts';

/** The canary gets nothing. */
export const noTraffic: Split = { weight: 0, audience: null };

/** The canary gets everything. */
export const allTraffic: Split = { weight: 100, audience: null };

/** For people: `5%`, `5% (baseline 5%)`, `0% and header x-staff=1`. */
export function splitLabel({ weight, audience, baseline = 0 }: Split): string {
  const parts = baseline === 0 ? `${String(weight)}%` : `${String(weight)}% (baseline ${String(baseline)}%)`;
  return audience === null ? parts : `${parts} and ${audienceLabel(audience)}`;
}

/** A split as a splitter answers it, with how finely it sets weights and what it splits by, if it says so. */
export type SplitInForce = Split & {
  granularity?: number | undefined;
  splitBy?: 'request' | 'user' | undefined;
};

/**
 * Whether the split in force is the one that was asked for, as exactly as the splitter can tell. Noise of
 * floating-point numbers is no difference.
 *
 * @param most the canary's weight must not be above this; by default what was asked for
 */
export function sameSplit(found: SplitInForce, asked: Split, most = asked.weight): boolean {
  const { granularity } = found;
  return (
    (found.weight <= most || isNear(found.weight, most)) &&
    isSameWeight(found.weight, asked.weight, granularity) &&
    isSameWeight(found.baseline ?? 0, asked.baseline ?? 0, granularity) &&
    sameAudience(found.audience, asked.audience)
  );
}

function sameAudience(one: Audience | null, other: Audience | null): boolean {
  return (one === null ? null : audienceLabel(one)) === (other === null ? null : audienceLabel(other));
}
