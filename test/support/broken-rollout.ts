/** A rollout that no worker can carry on with: bundled for the tests of what its client says then. */
export function rollout(): Promise<void> {
  throw new Error('begun by a newer version');
}
