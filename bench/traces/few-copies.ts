import type { Random } from '../../src/domain/random.ts';
import type { Ids, Trace } from './form.ts';

/** Copies with fewer rows than this part of the fullest one's came or went, and are left out. */
const lasting = 0.9;

/**
 * The trace of a few of its copies: that of the run, which becomes the canary, and so many others, which are drawn. All of the
 * trace where it has no more.
 */
export function fewCopiesOf(trace: Trace, others: number, run: number, random: Random): Trace {
  const { copy } = trace;
  if (copy === null) return trace;
  const there = copiesThatLast(copy);
  if (there.length <= others + 1) return trace;
  const canary = there[run % there.length] ?? 0;
  const left = there.filter((one) => one !== canary);
  const chosen = Array.from(
    { length: others },
    () => left.splice(Math.floor(random.uniform() * left.length), 1)[0] ?? 0,
  );
  // A run's canary is the copy at the place of its number.
  chosen.splice(run % (others + 1), 0, canary);
  const places = new Map(chosen.map((one, place) => [one, place]));
  const rows = [...copy.of.keys()].filter((row) => places.has(copy.of[row] ?? -1));
  const of = (column: Float64Array | null): Float64Array | null =>
    column && Float64Array.from(rows, (row) => column[row] ?? 0);
  const ids = (column: Ids | null): Ids | null =>
    column && { of: Int32Array.from(rows, (row) => column.of[row] ?? 0), all: column.all };
  return {
    name: trace.name,
    time: Float64Array.from(rows, (row) => trace.time[row] ?? 0),
    count: Float64Array.from(rows, (row) => trace.count[row] ?? 0),
    user: ids(trace.user),
    endpoint: ids(trace.endpoint),
    copy: {
      of: Int32Array.from(rows, (row) => places.get(copy.of[row] ?? -1) ?? 0),
      all: chosen.map((one) => copy.all[one] ?? ''),
    },
    bad: of(trace.bad),
    milliseconds: of(trace.milliseconds),
    value: of(trace.value),
  };
}

function copiesThatLast({ of, all }: Ids): number[] {
  const rows = new Float64Array(all.length);
  for (const one of of) rows[one] = (rows[one] ?? 0) + 1;
  const most = rows.reduce((so, one) => Math.max(so, one), 0);
  return [...rows.keys()].filter((one) => (rows[one] ?? 0) >= lasting * most);
}
