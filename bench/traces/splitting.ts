import { randomOf, type Random } from '../../src/domain/random.ts';
import type { Ids, Trace } from './form.ts';
import type { Setting } from './settings.ts';

/** How many copies share themselves into stable before the rollout, where the trace has none. */
const copies = 20;

/** Requests of a row, by where they go; the baseline's are part of stable's. */
interface Parts {
  canary: number;
  stable: number;
  baseline: number;
}

/** Where the requests of a row go. */
export interface Splitting {
  parts(row: number): Parts;
  /** How many copies of stable the past has. */
  copies: number;
  /** Of so many requests of a row, each copy's in turn. */
  share(row: number, requests: number, give: (copy: number, requests: number) => void): void;
}

/** @param key which run it is: the same one splits alike */
export function splittingOf(
  trace: Trace,
  { split, copies: sharing, beside }: Setting,
  { key, run, weight }: { key: string; run: number; weight: number },
): Splitting {
  const random = randomOf(`${key}/split`);
  const users = (name: string): Float64Array => drawn(trace.user, randomOf(`${key}/${name}`));
  const [ofUser, copyOfUser] = [users('users'), users('copies')];
  const own = trace.copy;
  const whole = (row: number, place: number, of: number): Parts => {
    const all = trace.count[row] ?? 0;
    const isCanary = place < of;
    return {
      canary: isCanary ? all : 0,
      stable: isCanary ? 0 : all,
      baseline: !isCanary && place < 2 * of ? all : 0,
    };
  };
  /** Which of the copies a row is of, counted from the run's canary on; 0 for that one. */
  const fromCanary = (row: number): number => {
    const all = own?.all.length ?? 1;
    return ((own?.of[row] ?? 0) - run + all * (run + 1)) % all;
  };
  return {
    parts(row) {
      if (split === 'user') return whole(row, ofUser[trace.user?.of[row] ?? 0] ?? 0, weight);
      if (split === 'copy' && own !== null) return whole(row, fromCanary(row), 1);
      const all = trace.count[row] ?? 0;
      const canary = random.binomial(all, weight);
      const baseline = random.binomial(all - canary, weight / (1 - weight));
      return { canary, stable: all - canary, baseline };
    },
    copies: sharing === 'copy' && own !== null ? own.all.length : copies,
    share(row, requests, give) {
      if (sharing === 'copy') {
        if (beside === undefined || fromCanary(row) !== 0) give(own?.of[row] ?? 0, requests);
      } else if (sharing === 'user')
        give(Math.floor(copies * (copyOfUser[trace.user?.of[row] ?? 0] ?? 0)), requests);
      else if (requests === 1) give(Math.floor(copies * random.uniform()), 1);
      else shared(requests, random, give);
    },
  };
}

function shared(requests: number, random: Random, give: (copy: number, requests: number) => void): void {
  let left = requests;
  for (let copy = 0; copy < copies && left > 0; copy += 1) {
    const some = copy === copies - 1 ? left : random.binomial(left, 1 / (copies - copy));
    if (some > 0) give(copy, some);
    left -= some;
  }
}

/** A number from 0 to 1 for each of them. */
export function drawn(ids: Ids | null, random: Random): Float64Array {
  return new Float64Array(ids?.all.length ?? 0).map(() => random.uniform());
}
