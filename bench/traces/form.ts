import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';

/** What happened to a real service, row by row in the order of time; null for a column that the trace does not have. */
export interface Trace {
  /** The name of its file, without extensions. */
  name: string;
  /** Seconds since any moment; rises. */
  time: Float64Array;
  /** How many requests the row stands for, all alike. */
  count: Float64Array;
  user: Ids | null;
  copy: Ids | null;
  endpoint: Ids | null;
  /** 1 for an event, such as an error. */
  bad: Float64Array | null;
  milliseconds: Float64Array | null;
  /** What a gauge of the copy read. */
  value: Float64Array | null;
}

/** A column of texts: of each row, the place of its text among all. */
export interface Ids {
  of: Int32Array;
  all: string[];
}

const texts = ['user', 'copy', 'endpoint'] as const;
const numbers = ['time', 'count', 'bad', 'milliseconds', 'value'] as const;
type Column = (typeof texts)[number] | (typeof numbers)[number];
const columns: readonly string[] = [...texts, ...numbers];

/**
 * Reads a trace: a CSV file, packed by gzip where its name ends in .gz, whose first line names its columns. README.md
 * beside this file says what they are.
 *
 * @throws {Error} with the file, the line, what was found and what is expected
 */
export async function readTrace(path: string): Promise<Trace> {
  const refuse = (line: number, text: string): never => {
    throw new Error(`${path}, line ${line}: ${text}`);
  };
  const file = createReadStream(path);
  const input = path.endsWith('.gz') ? file.pipe(createGunzip()) : file;
  let head: Column[] | null = null;
  const read = new Map<Column, number[]>();
  const known = new Map<Column, Map<string, number>>();
  let line = 0;
  for await (const text of createInterface({ input, crlfDelay: Infinity })) {
    line += 1;
    if (text === '') continue;
    const cells = text.split(',');
    if (head === null) {
      head = headOf(cells, (what) => refuse(line, what));
      for (const column of head) read.set(column, []);
      continue;
    }
    if (cells.length !== head.length) refuse(line, `${cells.length} values, expected ${head.length}`);
    for (const [at, column] of head.entries()) {
      const cell = cells[at] ?? '';
      const value = isText(column) ? idOf(known, column, cell) : Number(cell);
      if (!isText(column) && !isValid(column, cell, value))
        refuse(line, `${column} is "${cell}", expected ${expected[column]}`);
      read.get(column)?.push(value);
    }
  }
  if (head === null || (read.get('time') ?? []).length === 0) refuse(line, 'expected a header and rows');
  return traceOf(basename(path).replace(/\..*$/, ''), read, known);
}

function headOf(cells: readonly string[], refuse: (text: string) => never): Column[] {
  const unknown = cells.find((cell) => !columns.includes(cell));
  if (unknown !== undefined) refuse(`unknown column "${unknown}", expected some of ${columns.join(', ')}`);
  const twice = cells.find((cell, at) => cells.indexOf(cell) < at);
  if (twice !== undefined) refuse(`the column ${twice} is there twice`);
  if (!cells.includes('time')) refuse('no column time');
  if (!['bad', 'milliseconds', 'value'].some((column) => cells.includes(column)))
    refuse('no column to judge: expected bad, milliseconds or value');
  if (cells.includes('value') && !cells.includes('copy')) refuse('value without copy: whose value is it?');
  return cells as Column[];
}

function isText(column: Column): column is (typeof texts)[number] {
  return (texts as readonly string[]).includes(column);
}

const expected = {
  time: 'a number of seconds',
  count: 'a whole number from 1 on',
  bad: '0 or 1',
  milliseconds: 'a number from 0 on',
  value: 'a number',
};

function isValid(column: (typeof numbers)[number], cell: string, value: number): boolean {
  if (cell.trim() === '' || !Number.isFinite(value)) return false;
  if (column === 'count') return Number.isInteger(value) && value >= 1;
  if (column === 'bad') return value === 0 || value === 1;
  return column !== 'milliseconds' || value >= 0;
}

function idOf(known: Map<Column, Map<string, number>>, column: Column, text: string): number {
  const ids = known.get(column) ?? new Map<string, number>();
  known.set(column, ids);
  const id = ids.get(text) ?? ids.size;
  ids.set(text, id);
  return id;
}

function traceOf(
  name: string,
  read: ReadonlyMap<Column, number[]>,
  known: ReadonlyMap<Column, Map<string, number>>,
): Trace {
  const times = read.get('time') ?? [];
  const order = times.map((_, at) => at).sort((a, b) => (times[a] ?? 0) - (times[b] ?? 0));
  const ordered = (column: Column): Float64Array | null => {
    const values = read.get(column);
    return values === undefined ? null : Float64Array.from(order, (at) => values[at] ?? 0);
  };
  const ids = (column: Column): Ids | null => {
    const values = ordered(column);
    return values === null
      ? null
      : { of: Int32Array.from(values), all: [...(known.get(column)?.keys() ?? [])] };
  };
  const time = ordered('time') ?? new Float64Array();
  return {
    name,
    time,
    count: ordered('count') ?? new Float64Array(time.length).fill(1),
    user: ids('user'),
    copy: ids('copy'),
    endpoint: ids('endpoint'),
    bad: ordered('bad'),
    milliseconds: scaled(ordered('milliseconds')),
    value: ordered('value'),
  };
}

/** The median that traces are scaled to: a service has buckets that fit it, and so have the rules' fixed thresholds. */
const medianMilliseconds = 100;

function scaled(milliseconds: Float64Array | null): Float64Array | null {
  if (milliseconds === null) return null;
  const median = milliseconds.toSorted()[Math.floor(milliseconds.length / 2)] ?? 0;
  return median === 0 ? milliseconds : milliseconds.map((one) => (one / median) * medianMilliseconds);
}
