import { gaugeEvidence, standardized, type GaugeNoise } from './gauge.ts';

/** What one copy of stable differed by from the mean of all others, one value a minute. */
export type Differences = readonly number[];

/** Block lengths, in minutes. */
const blocks = [1, 5, 15, 60];

/** Evidence at which a copy of stable would have been failed. */
const failing = 100;

/** Of stable's copies no more than this share may fail when the past is replayed. */
const mostFailing = 0.01;

/** What the noise is raised by at a time, and how often at most. */
const raise = 1.25;
const mostRaises = 20;

/**
 * What the past of stable says about a gauge's noise: `sd` from how the blocks of each copy vary around its own mean, by
 * the block length at which that is most, and `lasting` from what these means differ by beyond it, however long the past
 * is. Where tails are heavier than these say, both are raised until replaying the past fails none of the copies (one in a
 * hundred, where there are so many).
 */
export function gaugeNoiseOf(differences: readonly Differences[]): GaugeNoise {
  const rows = differences.filter((row) => row.length > 0);
  const within = rows.map((row) => {
    const level = mean(row);
    return row.map((difference) => difference - level);
  });
  const variance = Math.max(0, ...blocks.map((size) => size * meanSquare(within, size)));
  const sd = Math.sqrt(variance);
  const minutes = rows.reduce((sum, row) => sum + row.length, 0);
  const excess = rows.reduce((sum, row) => sum + row.length * mean(row) ** 2 - variance, 0);
  const lasting = minutes === 0 ? 0 : Math.max(0, excess / minutes);
  const copies = minutes / Math.max(1, ...rows.map((row) => row.length));
  const seen = Math.max(lasting * inflation(copies), variance * unseen(copies));
  const noise = { sd, lasting: Math.sqrt(seen) };
  return sd > 0 ? raised(rows, noise) : noise;
}

/**
 * What the variance between a few copies is multiplied by: it may have been found too small (its standard error is √(2/n)
 * of it), and of two or three copies it says little (the tails of Student's distribution).
 */
function inflation(copies: number): number {
  return 1.4 * (1 + Math.sqrt(2 / copies)) + 55 / Math.max(1, copies - 1) ** 4;
}

/** From so many copies on it shows whether some of them differ for good. */
const enoughCopies = 20;

/**
 * What few copies may differ by for good although they do not show it, in variances of a minute: a copy in five that is busy for
 * hours is not among three, which look alike then.
 */
function unseen(copies: number): number {
  return 1.5 * Math.max(0, 1 / copies - 1 / enoughCopies);
}

function raised(rows: readonly Differences[], noise: GaugeNoise): GaugeNoise {
  let found = noise;
  let left = rows;
  const most = Math.floor(mostFailing * rows.length);
  for (let times = 0; times < mostRaises; times += 1) {
    left = left.filter((row) => fails(row, found));
    if (left.length <= most) break;
    found = { sd: found.sd * raise, lasting: found.lasting * raise };
  }
  return found;
}

/** Whether a copy would have been failed by a rollout that allows for no difference. */
function fails(row: Differences, { sd, lasting }: GaugeNoise): boolean {
  let sum = 0;
  return row.some((difference, at) => {
    sum += standardized(difference, sd);
    return gaugeEvidence(sum, at + 1, lasting / sd) >= failing;
  });
}

function meanSquare(rows: readonly Differences[], size: number): number {
  const means = rows.flatMap((row) =>
    Array.from({ length: Math.floor(row.length / size) }, (_, block) =>
      mean(row.slice(block * size, (block + 1) * size)),
    ),
  );
  return means.length === 0 ? 0 : means.reduce((sum, one) => sum + one * one, 0) / means.length;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
