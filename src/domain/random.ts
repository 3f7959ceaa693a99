import { logGamma } from '../judge/sequential/log-gamma.ts';
import { polarNormal } from '../judge/polar-normal.ts';

/** Independent draws from the distributions that simulations are made of. Not for secrets. */
export interface Random {
  /** Above 0 and below 1. */
  uniform(): number;
  /** Mean 0, standard deviation 1. */
  normal(): number;
  /** @param mean from 0 on */
  poisson(mean: number): number;
  /** @param n a whole number from 0 on */
  binomial(n: number, p: number): number;
  /** Mean 1. @param shape 1 or above: the inverse of the variance */
  gamma(shape: number): number;
}

/** The same name draws the same numbers, on every machine and in any order of work; other names, others. */
export function randomOf(name: string): Random {
  const uniform = sfc32(hash(`1/${name}`), hash(`2/${name}`), hash(`3/${name}`));
  const normal = polarNormal(uniform);
  return {
    uniform,
    normal,
    poisson: (mean) => (mean < 10 ? smallPoisson(uniform, mean) : largePoisson(uniform, mean)),
    binomial(n, p) {
      if (p > 0.5) return n - this.binomial(n, 1 - p);
      return n * p < 10 ? smallBinomial(uniform, n, p) : largeBinomial(uniform, n, p);
    },
    gamma: (shape) => gamma(uniform, normal, shape),
  };
}

/** FNV-1a with the finish of MurmurHash3, so that names that differ little give numbers that differ much. */
function hash(text: string): number {
  let h = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) h = Math.imul(h ^ text.charCodeAt(at), 0x01000193);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/** Doty-Humphrey's small fast counting generator, as in PractRand. Above 0 and below 1. */
function sfc32(...seed: [number, number, number]): () => number {
  let [a, b, c] = seed;
  let counter = 1;
  const next = (): number => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return ((sum >>> 0) + 0.5) / 2 ** 32;
  };
  for (let round = 0; round < 15; round += 1) next();
  return next;
}

/** By inversion. */
function smallPoisson(uniform: () => number, mean: number): number {
  let p = Math.exp(-mean);
  let left = uniform() - p;
  let k = 0;
  for (; left > 0 && p > 0; left -= p) {
    k += 1;
    p *= mean / k;
  }
  return k;
}

/** PTRS: Hörmann, "The transformed rejection method for generating Poisson random variables", 1993. */
function largePoisson(uniform: () => number, mean: number): number {
  const b = 0.931 + 2.53 * Math.sqrt(mean);
  const a = -0.059 + 0.02483 * b;
  const inverse = 1.1239 + 1.1328 / (b - 3.4);
  const accepted = 0.9277 - 3.6224 / (b - 2);
  while (true) {
    const u = uniform() - 0.5;
    const v = uniform();
    const us = 0.5 - Math.abs(u);
    const k = Math.floor(((2 * a) / us + b) * u + mean + 0.43);
    if (us >= 0.07 && v <= accepted) return k;
    if (k < 0 || (us < 0.013 && v > us)) continue;
    const bound = k * Math.log(mean) - mean - logGamma(k + 1);
    if (Math.log((v * inverse) / (a / (us * us) + b)) <= bound) return k;
  }
}

/** By inversion. */
function smallBinomial(uniform: () => number, n: number, p: number): number {
  const odds = p / (1 - p);
  let mass = (1 - p) ** n;
  let left = uniform() - mass;
  let k = 0;
  for (; left > 0 && k < n; left -= mass) {
    k += 1;
    mass *= (odds * (n - k + 1)) / k;
  }
  return k;
}

/** BTRS: Hörmann, "The generation of binomial random variates", 1993. */
function largeBinomial(uniform: () => number, n: number, p: number): number {
  const deviation = Math.sqrt(n * p * (1 - p));
  const b = 1.15 + 2.53 * deviation;
  const a = -0.0873 + 0.0248 * b + 0.01 * p;
  const centre = n * p + 0.5;
  const accepted = 0.92 - 4.2 / b;
  const scale = (2.83 + 5.1 / b) * deviation;
  const mode = Math.floor((n + 1) * p);
  const logMass = (k: number): number => k * Math.log(p / (1 - p)) - logGamma(k + 1) - logGamma(n - k + 1);
  while (true) {
    const u = uniform() - 0.5;
    const v = uniform();
    const us = 0.5 - Math.abs(u);
    const k = Math.floor(((2 * a) / us + b) * u + centre);
    if (k < 0 || k > n) continue;
    if (us >= 0.07 && v <= accepted) return k;
    if (Math.log((v * scale) / (a / (us * us) + b)) <= logMass(k) - logMass(mode)) return k;
  }
}

/** Marsaglia and Tsang, "A simple method for generating gamma variables", 2000. */
function gamma(uniform: () => number, normal: () => number, shape: number): number {
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  while (true) {
    const x = normal();
    const v = (1 + c * x) ** 3;
    if (v <= 0) continue;
    if (Math.log(uniform()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return (d * v) / shape;
  }
}
