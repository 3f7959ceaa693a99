import type { Audience, Split } from './rollout.ts';
import { audienceLabel } from './steps.ts';

/** The canary gets nothing. */
export const noTraffic: Split = { weight: 0, audience: null };

/** For people: `5 %`, `0 % and header x-staff=1`. */
export function splitLabel({ weight, audience }: Split): string {
  return audience === null ? `${String(weight)} %` : `${String(weight)} % and ${audienceLabel(audience)}`;
}

export function sameSplit(one: Split, other: Split): boolean {
  return one.weight === other.weight && sameAudience(one.audience, other.audience);
}

function sameAudience(one: Audience | null, other: Audience | null): boolean {
  return (one === null ? null : audienceLabel(one)) === (other === null ? null : audienceLabel(other));
}
