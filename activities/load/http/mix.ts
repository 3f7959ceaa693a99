/**
 * Shares requests out in proportion: after any number of them each kind has had its share, to one request.
 *
 * @param shares above 0, in any unit
 * @returns how many of each kind are among the next so many
 */
export function mixOf(shares: readonly number[]): (amount: number) => number[] {
  const whole = shares.reduce((sum, share) => sum + share, 0);
  const sent = shares.map(() => 0);
  let all = 0;
  return (amount) => {
    const before = [...sent];
    for (let request = 0; request < amount; request += 1) {
      all += 1;
      const owed = shares.map((share, kind) => (share / whole) * all - (sent[kind] ?? 0));
      const next = owed.indexOf(Math.max(...owed));
      sent[next] = (sent[next] ?? 0) + 1;
    }
    return sent.map((count, kind) => count - (before[kind] ?? 0));
  };
}
