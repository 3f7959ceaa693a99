/** Part of the time for a promotion in which all copies must get ready. The rest is for putting the earlier ones back. */
const forward = 0.7;

/**
 * When a promotion that begins now has to be undone, by `performance.now`.
 *
 * @param ready what it may take in all (ms)
 */
export function forwardUntil(ready: number): number {
  return performance.now() + ready * forward;
}
