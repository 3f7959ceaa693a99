import { randomOf } from '../../src/domain/random.ts';

/** What a release does to those who meet it. */
export interface Quality {
  title: string;
  /** The share of its requests that fail is multiplied by this. */
  errors: number;
  /** So is the 99th percentile of the latency, while the median stays. */
  p99: number;
  isBad: boolean;
}

export const qualities = {
  good: { title: 'good', errors: 1, p99: 1, isBad: false },
  errors: { title: 'errors × 3', errors: 3, p99: 1, isBad: true },
  latency: { title: 'p99 × 2', errors: 1, p99: 2, isBad: true },
} as const satisfies Record<string, Quality>;

export type QualityName = keyof typeof qualities;
export const qualityNames = Object.keys(qualities) as QualityName[];

/** One release, and its place in the order in which they are begun, from 0. */
export interface Release {
  at: number;
  quality: QualityName;
}

/** So many good ones and so many bad ones, every second of these slow rather than failing, in an order of the seed's. */
export function releasesOf({ good, bad, seed }: { good: number; bad: number; seed: number }): Release[] {
  const all: QualityName[] = [
    ...Array.from({ length: good }, () => 'good' as const),
    ...Array.from({ length: bad }, (_, at) => (at % 2 === 0 ? 'errors' : 'latency')),
  ];
  const random = randomOf(`rollouts ${seed}/order`);
  return all
    .map((quality) => ({ quality, place: random.uniform() }))
    .sort((a, b) => a.place - b.place)
    .map(({ quality }, at) => ({ at, quality }));
}
