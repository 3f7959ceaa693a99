/**
 * How much a version's events vary although it has not changed, as its past shows. Three worlds in one model: events
 * that come in batches (`dispersion`), a copy that has better and worse quarters of an hour, and a copy that is better
 * or worse for as long as it lives (`wander`, short or long).
 */
export interface Noise {
  /** How much more the counts vary than independent events would, from 1 on. */
  dispersion: number;
  /** The logarithm of the ratio of two copies' rates wanders around 0. */
  wander: {
    /** Its standard deviation. */
    sd: number;
    /** After how many minutes its correlation has fallen to 1/e. */
    minutes: number;
  };
}

/** Independent events, of copies that are alike. */
export const calm: Noise = { dispersion: 1, wander: { sd: 0, minutes: 1 } };

/** A Markov chain over a few places of the logarithm of the ratio, and how likely each is at first. */
export interface Chain {
  /** What a ratio is multiplied by at each place; 1 on average. */
  factors: readonly number[];
  /** From one place to the next, in the logarithm; 0 where nothing wanders. */
  spacing: number;
  first: readonly number[];
  /** Milliseconds from one move to the next: so few that each is far more than rounding would undo. */
  pace: number;
  /** From a place, to each place, with so many moves. */
  after(moves: number): readonly (readonly number[])[];
}

const places = 7;

/** Within the time in which a wander forgets where it was. */
const movesPerMemory = 16;

/**
 * The wander as a chain of few places with the mean, the variance and the correlation of an autoregression
 * (Rouwenhorst's method: Kopecky and Suen, "Finite state Markov-chain approximations to highly persistent processes",
 * Review of Economic Dynamics 13, 2010).
 */
export function chainOf({ wander: { sd, minutes } }: Noise): Chain {
  if (sd === 0) return { factors: [1], spacing: 0, first: [1], pace: Infinity, after: () => [[1]] };
  const first = binomial(places - 1, 0.5);
  const spacing = (2 * sd) / Math.sqrt(places - 1);
  const factors = first.map((_, at) => Math.exp(spacing * (at - (places - 1) / 2)));
  const mean = factors.reduce((sum, factor, at) => sum + factor * (first[at] ?? 0), 0);
  const known = new Map<number, number[][]>();
  return {
    factors: factors.map((factor) => factor / mean),
    spacing,
    first,
    pace: (minutes * 60_000) / movesPerMemory,
    after(moves) {
      const found = known.get(moves) ?? rouwenhorst(Math.exp(-moves / movesPerMemory));
      known.set(moves, found);
      return found;
    },
  };
}

/** Each of `places - 1` coins stays as it lies with probability (1 + correlation) / 2; the place is how many show heads. */
function rouwenhorst(correlation: number): number[][] {
  const coins = places - 1;
  const stay = (1 + correlation) / 2;
  return Array.from({ length: places }, (_, heads) => {
    const kept = binomial(heads, stay);
    const won = binomial(coins - heads, 1 - stay);
    const to = Array.from({ length: places }, () => 0);
    for (const [a, p] of kept.entries())
      for (const [b, q] of won.entries()) to[a + b] = (to[a + b] ?? 0) + p * q;
    return to;
  });
}

/** The probabilities of 0 to n heads. */
function binomial(n: number, p: number): number[] {
  let row = [1];
  for (let coin = 0; coin < n; coin += 1) {
    row = Array.from(
      { length: row.length + 1 },
      (_, at) => (row[at] ?? 0) * (1 - p) + (row[at - 1] ?? 0) * p,
    );
  }
  return row;
}
