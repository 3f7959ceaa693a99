/** Events of each arm while the canary is as good as stable: per minute, or for each request of the canary. */
export interface EventRates {
  canary: number;
  stable: number;
}

/**
 * About how many minutes it takes until harm is shown: what the logarithm of the evidence has to reach, over what it
 * gains a minute by the true ratio. Within a quarter of simulated medians; the ninth decile is about twice as much.
 *
 * @param overshoot what the mixture over many alternatives costs, in nats
 */
export function minutesToHarm(
  rates: EventRates,
  {
    ratio,
    r0,
    alpha,
    dispersion = 1,
    overshoot = 1.5,
  }: {
    ratio: number;
    r0: number;
    alpha: number;
    dispersion?: number;
    overshoot?: number;
  },
): number {
  return (dispersion * (Math.log(1 / alpha) + overshoot)) / evidenceGain(rates, ratio, r0);
}

/** What the logarithm of the evidence against `r0` gains in the time, or with the requests, that the rates are of. */
export function evidenceGain(rates: EventRates, ratio: number, r0: number): number {
  const events = rates.canary * ratio + rates.stable;
  return events * divergence(share(rates, ratio), share(rates, r0));
}

/** The canary's share of all events. */
function share({ canary, stable }: EventRates, ratio: number): number {
  return (canary * ratio) / (canary * ratio + stable);
}

/** Kullback and Leibler's, of one coin from another, in nats. */
function divergence(p: number, q: number): number {
  return p * Math.log(p / q) + (1 - p) * Math.log((1 - p) / (1 - q));
}
