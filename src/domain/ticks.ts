import type { Reading, Tick, Window } from '../judge/samples.ts';

/**
 * Ticks in a row, of equal length, as they go through history: a chapter of ten minutes has sixty, twice, so
 * what they share is written once.
 */
export interface TickRow {
  /** Beginning of the first window, ms since 1970. */
  from: number;
  /** Length of each window, ms. */
  every: number;
  count: number;
  /** A cell per tick; a track that the metric does not measure is absent. */
  metrics: Record<string, { canary: Cell[]; stable?: Cell[] }>;
}

/**
 * `[events, total]`, a status, a value, buckets (without their bounds where they are those of the buckets
 * before), `{ missing }`; null: missing for the same reason as before.
 */
type Cell =
  | [number, number]
  | string
  | { value: number; n: number; slower?: { least: number; most: number } }
  | { bounds?: number[]; below: number[]; total: number }
  | { missing: string }
  | null;

/** @param ticks one after the other and of equal length, at least one, each with the same metrics and tracks */
export function packTicks(ticks: readonly Tick[]): TickRow {
  const [first] = ticks;
  if (first === undefined) throw new RangeError('no tick to pack');
  const { from, to } = first.window;
  const metrics = Object.entries(first.metrics).map(([name, { stable }]) => {
    const column = (track: 'canary' | 'stable'): Cell[] =>
      shorten(ticks.map((tick) => tick.metrics[name]?.[track] ?? { missing: 'not measured' }));
    return [
      name,
      stable === undefined
        ? { canary: column('canary') }
        : { canary: column('canary'), stable: column('stable') },
    ];
  });
  return {
    from,
    every: to - from,
    count: ticks.length,
    metrics: Object.fromEntries(metrics) as TickRow['metrics'],
  };
}

export function unpackTicks({ from, every, count, metrics }: TickRow): Tick[] {
  const columns = Object.entries(metrics).map(([name, { canary, stable }]) => ({
    name,
    canary: lengthen(canary),
    stable: stable && lengthen(stable),
  }));
  return Array.from({ length: count }, (_, at) => ({
    window: { from: from + at * every, to: from + (at + 1) * every },
    metrics: Object.fromEntries(
      columns.map(({ name, canary, stable }) => [name, readings(canary[at], stable?.[at])]),
    ),
  }));
}

/** The stretch that the row covers. */
export function rowWindow({ from, every, count }: TickRow): Window {
  return { from, to: from + every * count };
}

function readings(canary: Reading | undefined, stable: Reading | undefined): Tick['metrics'][string] {
  const reading = canary ?? { missing: 'not measured' };
  return stable === undefined ? { canary: reading } : { canary: reading, stable };
}

function shorten(readings: Reading[]): Cell[] {
  let missing: string | null = null;
  let bounds: number[] = [];
  return readings.map((reading) => {
    if ('missing' in reading) {
      const same = reading.missing === missing;
      missing = reading.missing;
      return same ? null : reading;
    }
    missing = null;
    if ('status' in reading) return reading.status;
    if ('events' in reading) return [reading.events, reading.total];
    if (!('below' in reading)) return reading;
    const same = reading.bounds.length > 0 && reading.bounds.join() === bounds.join();
    bounds = reading.bounds;
    return same ? { below: reading.below, total: reading.total } : reading;
  });
}

function lengthen(cells: Cell[]): Reading[] {
  let missing: Reading = { missing: 'not measured' };
  let bounds: number[] = [];
  return cells.map((cell) => {
    if (cell === null) return missing;
    if (Array.isArray(cell)) return { events: cell[0], total: cell[1] };
    if (typeof cell === 'string') return { status: cell };
    if ('missing' in cell) return (missing = cell);
    if (!('below' in cell)) return cell;
    bounds = cell.bounds ?? bounds;
    return { ...cell, bounds };
  });
}
