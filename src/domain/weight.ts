/** Weights in per cent, and what becomes of them in a splitter that keeps them in its own way. */

/**
 * What a splitter that sets weights in multiples of `granularity` (per cent; absent: any weight) really gives for a
 * weight: rounded down, so that the canary never gets more than its step allows. 0 and 100 are always possible.
 */
export function weightInForce(weight: number, granularity?: number): number {
  if (granularity === undefined || weight === 100) return weight;
  const multiple = Math.floor((weight + noise(weight)) / granularity) * granularity;
  const rounded = Number(multiple.toPrecision(12));
  return isNear(rounded, weight) ? weight : rounded;
}

/**
 * What a baseline gets beside a canary of this weight, in per cent of live traffic: as much, so that both arms carry the
 * same load; above 50 what is left.
 */
export function baselineWeight(weight: number, granularity?: number): number {
  return Math.min(weight, weightInForce(100 - weight, granularity));
}

/** Equal, as exactly as a splitter of this granularity can tell. */
export function isSameWeight(found: number, asked: number, granularity = 0): boolean {
  return isNear(found, asked) || Math.abs(found - asked) < granularity / 2;
}

/** Equal but for what is lost where a weight is kept as a fraction, as a share of all weights or in 32 bits. */
export function isNear(one: number, other: number): boolean {
  return Math.abs(one - other) <= noise(Math.max(one, other));
}

function noise(weight: number): number {
  return Math.max(1e-9, weight * 1e-6);
}
