/** What a worker has that knows no rollout, as one of another age may know none of this age. */
export function another(): Promise<void> {
  return Promise.resolve();
}
