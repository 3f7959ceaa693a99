/**
 * The fixed row of buckets that a load counts its requests in: each ends 2% above the one before it; some 800 reach from a
 * microsecond to ten seconds.
 */
const growth = Math.log(1.02);

/** @param milliseconds above 0 */
export function bucketOf(milliseconds: number): number {
  return Math.max(0, Math.ceil(Math.log(milliseconds * 1000) / growth));
}

/** Milliseconds. */
export function bucketEnd(bucket: number): number {
  return Math.exp(bucket * growth) / 1000;
}

/**
 * Of how many requests it is sure, and of how many it is possible, that they took longer than a limit in milliseconds: nobody
 * knows on which side of a limit the requests of its own bucket are.
 *
 * @param counts requests by bucket
 */
export function slowerThan(
  limit: number,
  counts: Readonly<Record<string, number>>,
): { least: number; most: number } {
  const own = bucketOf(limit);
  const from = (first: number): number =>
    Object.entries(counts).reduce((sum, [bucket, n]) => (Number(bucket) >= first ? sum + n : sum), 0);
  return { least: from(own + 1), most: from(own) };
}
