/**
 * Who sent a message, in the words of every sentence that names them. Temporal does not say who sends a message, so the
 * name is only what the sender wrote: it is quoted, and called claimed.
 */
export function claimed(by: string | null): string {
  return by === null ? nobody : `${quoted(by)} (claimed)`;
}

/** Several senders, such as those who approved a gate: `"ana", "ben" (claimed)`. */
export function allClaimed(senders: readonly { by: string | null }[]): string {
  const names = senders.map(({ by }) => (by === null ? nobody : quoted(by)));
  return names.every((name) => name === nobody) ? names.join(', ') : `${names.join(', ')} (claimed)`;
}

const nobody = 'somebody';

/** In quotes that the name itself cannot close. */
function quoted(name: string): string {
  return JSON.stringify(name);
}
