/**
 * Whether the canary gets the share of the requests that its weight says. More than a tenth off, the two arms do not see
 * what they are thought to see: no verdict is to rest on them.
 *
 * The mean of two one-sided mixtures of likelihood ratios against 0.9 and 1.1 times the weight: a true share of 5.15% at a weight of
 * 5% would otherwise be found out in an hour (Lindon and Malek, "Anytime-valid inference for multinomial count data",
 * NeurIPS 2022, with a composite hypothesis).
 */
export type SampleRatio = readonly number[];

const tolerance = 0.1;
const tooMany = [1.3, 3];
const tooFew = [0.7, 0.25];

/** A false alarm in a thousand rollouts. */
const level = 0.001;

/** Requests come in sessions: so many of them tell as much as one that comes alone. Users do not. */
const together = { request: 4, user: 1 };

/** Neither side gets further from the other than can be made good in some minutes. */
const most = 20;

/** Logarithms of the likelihood ratios: of too many, then of too few. */
export const noSampleRatio: SampleRatio = [...tooMany, ...tooFew].map(() => 0);

/**
 * @param requests or users
 * @param weight the canary's share of them, above 0 and below 1
 */
export function withRequests(
  logs: SampleRatio,
  requests: { canary: number; stable: number },
  { weight, unit = 'request' }: { weight: number; unit?: 'request' | 'user' },
): SampleRatio {
  const high = Math.min(0.99, (1 + tolerance) * weight);
  const low = (1 - tolerance) * weight;
  return [...tooMany, ...tooFew].map((factor, at) => {
    const boundary = factor > 1 ? high : low;
    const share = Math.min((1 + boundary) / 2, factor * weight);
    const gain =
      requests.canary * Math.log(share / boundary) + requests.stable * Math.log((1 - share) / (1 - boundary));
    return clamped((logs[at] ?? 0) + gain / together[unit]);
  });
}

/** The share is shown to be more than a tenth off. */
export function isMismatch(logs: SampleRatio): boolean {
  return logs.reduce((sum, log) => sum + Math.exp(log), 0) / logs.length >= 1 / level;
}

/** Five decimals: a request of stable, where few come in a tick, takes away thousandths. */
function clamped(log: number): number {
  return Math.round(Math.max(-most, Math.min(most, log)) * 1e5) / 1e5;
}
