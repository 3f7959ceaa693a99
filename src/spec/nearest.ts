/** Words that a spec had before its first release, and what is said now. */
const former = new Map([['history', 'noise']]);

/** The known word that a mistyped or former one was most likely meant to be; none if all are far from it. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const renamed = former.get(word);
  if (renamed !== undefined && known.includes(renamed)) return renamed;
  const short = word.slice(0, 40).toLowerCase();
  const [best] = known
    .map((candidate) => ({ candidate, distance: distance(short, candidate.toLowerCase()) }))
    .filter(({ candidate, distance }) => distance <= Math.max(1, Math.floor(candidate.length / 3)))
    .sort((a, b) => a.distance - b.distance);
  return best?.candidate;
}

/** How many letters must be put in, taken out, changed or swapped with their neighbour to make `b` of `a`. */
function distance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1];
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      current[column] = Math.min(
        (last[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + (same ? 0 : 1),
        swapped ? (beforeLast[column - 2] ?? 0) + 1 : Infinity,
      );
    }
    beforeLast = last;
    last = current;
  }
  return last[b.length] ?? 0;
}
