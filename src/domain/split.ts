import type { Audience, Split } from './rollout.ts';
import { audienceLabel } from './steps.ts';

/** The canary gets nothing. */
export const noTraffic: Split = { weight: 0, audience: null };

/**
 * What a baseline gets beside a canary of this weight, in per cent of live traffic: as much, so that both arms carry the
 * same load; above 50 what is left.
 */
export function baselineWeight(weight: number): number {
  return Math.min(weight, 100 - weight);
}

/** For people: `5 %`, `5 % (baseline 5 %)`, `0 % and header x-staff=1`. */
export function splitLabel({ weight, audience, baseline = 0 }: Split): string {
  const parts =
    baseline === 0 ? `${String(weight)} %` : `${String(weight)} % (baseline ${String(baseline)} %)`;
  return audience === null ? parts : `${parts} and ${audienceLabel(audience)}`;
}

export function sameSplit(one: Split, other: Split): boolean {
  return (
    one.weight === other.weight &&
    (one.baseline ?? 0) === (other.baseline ?? 0) &&
    sameAudience(one.audience, other.audience)
  );
}

function sameAudience(one: Audience | null, other: Audience | null): boolean {
  return (one === null ? null : audienceLabel(one)) === (other === null ? null : audienceLabel(other));
}
