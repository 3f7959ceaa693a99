import type { Reading, Window } from '../samples.ts';
import type { Criterion } from '../criteria.ts';
import { add, pooled, type Pool } from '../evidence.ts';

/** A point of each arm, null where there is no value. */
export interface ArmPoints {
  canary: (number | null)[];
  stable: (number | null)[];
}

/** The point that is being formed: what its ticks gave of each metric. */
export interface Forming {
  /** Beginning of its first tick, ms since 1970. */
  from: number;
  metrics: Record<string, ArmPools>;
}

interface ArmPools {
  canary: Pool;
  stable: Pool;
}

/** What one tick gave of a metric, and why it did not give all. */
export interface Taken {
  pools: ArmPools;
  missing: string | null;
}

const nothing: Pool = { sum: 0, n: 0 };

/** Beyond this, sums and differences would not be numbers any more. */
const largest = 1e100;

/** Reads both arms of one metric in one tick. */
export function take(
  { kind }: Criterion,
  readings: { canary: Reading; stable?: Reading | undefined } | undefined,
): Taken {
  const canary = armOf(kind, readings?.canary);
  const stable = armOf(kind, readings?.stable);
  const missing =
    'missing' in canary ? canary.missing : 'missing' in stable ? `stable: ${stable.missing}` : null;
  return {
    pools: {
      canary: 'missing' in canary ? nothing : canary,
      stable: 'missing' in stable ? nothing : stable,
    },
    missing,
  };
}

function armOf(kind: Criterion['kind'], reading: Reading | undefined): Pool | { missing: string } {
  const pool = pooled(kind, reading);
  if ('missing' in pool || (Math.abs(pool.sum) <= largest && pool.n <= largest)) return pool;
  return { missing: `${String(pool.sum)} of ${String(pool.n)} is too large to be compared` };
}

/** Whether the point's time is over at `time` (ms since 1970). */
export function isOver({ from }: Forming, step: number, time: number): boolean {
  return time >= from + step;
}

/** Adds a tick to the point that is being formed, or begins one with it. */
export function withTick(
  forming: Forming | null,
  { from }: Window,
  taken: Readonly<Record<string, Taken>>,
): Forming {
  const metrics = Object.entries(taken).map(([name, { pools }]) => {
    const before = forming?.metrics[name];
    return [
      name,
      before === undefined
        ? pools
        : { canary: add(before.canary, pools.canary), stable: add(before.stable, pools.stable) },
    ] as const;
  });
  return { from: forming?.from ?? from, metrics: Object.fromEntries(metrics) };
}

/** The points with one more of each metric, of which the newest `most` stay. */
export function withPoint(
  points: Readonly<Record<string, ArmPoints>>,
  forming: Forming,
  most: number,
): Record<string, ArmPoints> {
  return Object.fromEntries(
    Object.entries(points).map(([name, { canary, stable }]) => {
      const { [name]: pools } = forming.metrics;
      return [
        name,
        {
          canary: [...canary, pointOf(pools?.canary)].slice(-most),
          stable: [...stable, pointOf(pools?.stable)].slice(-most),
        },
      ];
    }),
  );
}

/** The mean, or the rate, to six significant digits: more would be noise, and make the state longer. */
function pointOf({ sum, n }: Pool = nothing): number | null {
  return n > 0 ? Number((sum / n).toPrecision(6)) : null;
}
