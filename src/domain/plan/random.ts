import { logGamma } from '../judge/sequential/log-gamma.ts';

/** Draws that come out the same for the same seed, on every machine. Not for secrets. */
export interface Random {
  /** @param mean from 0 on */
  poisson(mean: number): number;
  /**
   * Events that come in batches: counts with this mean and `dispersion` times as much variance, however the time is
   * cut.
   *
   * @param dispersion from 1 on
   */
  batches(mean: number, dispersion: number): number;
  /** Mean 0, standard deviation 1. */
  normal(): number;
}

/** @param seed two whole numbers; other ones draw other numbers */
export function randomOf(...seed: [number, number]): Random {
  const uniform = sfc32(...seed);
  const poisson = (mean: number): number =>
    mean < 10 ? fewEvents(uniform, mean) : manyEvents(uniform, mean);
  return {
    poisson,
    batches(mean, dispersion) {
      const small = Math.floor(dispersion);
      const larger = dispersion - small;
      const inSmall = poisson((mean * (1 - larger)) / small) * small;
      return larger === 0 ? inSmall : inSmall + poisson((mean * larger) / (small + 1)) * (small + 1);
    },
    /** Box and Muller, "A note on the generation of random normal deviates", 1958. */
    normal: () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform()),
  };
}

/** Doty-Humphrey's small fast counting generator. Above 0 and below 1. */
function sfc32(first: number, second: number): () => number {
  let [a, b, c, counter] = [first | 0, second | 0, Math.floor(first / 2 ** 32) | 0, 1];
  const next = (): number => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return ((sum >>> 0) + 0.5) / 2 ** 32;
  };
  // Seeds that differ little give numbers that differ much from here on.
  for (let round = 0; round < 15; round += 1) next();
  return next;
}

/** By inversion. */
function fewEvents(uniform: () => number, mean: number): number {
  let mass = Math.exp(-mean);
  let left = uniform() - mass;
  let count = 0;
  for (; left > 0 && mass > 0; left -= mass) {
    count += 1;
    mass *= mean / count;
  }
  return count;
}

/** Hörmann, "The transformed rejection method for generating Poisson random variables", 1993 (PTRS). */
function manyEvents(uniform: () => number, mean: number): number {
  const b = 0.931 + 2.53 * Math.sqrt(mean);
  const a = -0.059 + 0.02483 * b;
  const inverse = 1.1239 + 1.1328 / (b - 3.4);
  const accepted = 0.9277 - 3.6224 / (b - 2);
  while (true) {
    const u = uniform() - 0.5;
    const v = uniform();
    const us = 0.5 - Math.abs(u);
    const count = Math.floor(((2 * a) / us + b) * u + mean + 0.43);
    if (us >= 0.07 && v <= accepted) return count;
    if (count < 0 || (us < 0.013 && v > us)) continue;
    const bound = count * Math.log(mean) - mean - logGamma(count + 1);
    if (Math.log((v * inverse) / (a / (us * us) + b)) <= bound) return count;
  }
}
