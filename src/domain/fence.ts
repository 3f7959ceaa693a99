import type { Fence } from './rollout.ts';

/** Whether an effect was ordered before another one. */
export function isOlder(fence: Fence, than: Fence): boolean {
  return fence.epoch === than.epoch ? fence.number < than.number : fence.epoch < than.epoch;
}

/** Of several effects the newest; null: there is none. */
export function newestOf(fences: readonly (Fence | null)[]): Fence | null {
  return fences.reduce<Fence | null>(
    (newest, fence) => (fence === null || (newest !== null && isOlder(fence, newest)) ? newest : fence),
    null,
  );
}
