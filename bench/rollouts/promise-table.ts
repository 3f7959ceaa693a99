import { number } from '../../src/text/number.ts';
import type { Spread as PlannedSpread } from '../../src/domain/forecast/spread.ts';
import { spreadOf, type Spread } from '../judge/measures.ts';
import { minutes, percent, requests } from '../judge/report/figures.ts';
import { table } from '../judge/report/table.ts';
import { wilson } from '../judge/wilson.ts';
import { slowTimes } from './instruments.ts';
import type { Promised } from './promise.ts';
import { qualities } from './releases.ts';
import type { Run } from './run.ts';
import { minutesOf } from './time.ts';

/** A figure's name, as it was measured, and as a plan has it. */
type Row = readonly [title: string, measured: string, planned: (promised: Promised) => string];

/** What was measured, beside what `coalmine plan` says of the spec as it is run, and of the one that it stands for. */
export function promiseTable(runs: readonly Run[], promised: readonly Promised[]): string[] {
  const rows = [...goodRows(runs), ...badRows(runs, 'errors'), ...badRows(runs, 'latency'), missedRow(runs)];
  const times = number(Math.round(10 * slowTimes(qualities.latency)) / 10);
  return [
    ...table(
      [
        '',
        'measured',
        ...promised.map(({ pace }) => (pace === 1 ? '`plan`, uncompressed' : '`coalmine plan`')),
      ],
      rows.map(([title, measured, planned]) => [title, measured, ...promised.map(planned)]),
    ),
    '',
    `p99 × 2 with the same median is ${times} × the requests beyond stable's 99th percentile, and that is what the plan was ` +
      'asked for. It takes splits, scrapes and looks for instant.',
  ];
}

function goodRows(runs: readonly Run[]): Row[] {
  const good = runs.filter(({ quality }) => quality === 'good');
  const promoted = (size: (run: Run) => number): Spread => spreadUntil(good, 'promoted', size);
  return [
    ['good: promoted', shareText(good, 'promoted'), ({ clean }) => percent(clean.promoted)],
    ['good: wrongly taken back', shareText(good, 'taken back'), ({ clean }) => percent(clean.takenBack)],
    ['good: held', shareText(good, 'held'), ({ clean }) => percent(clean.held)],
    [
      'good: minutes until promoted',
      minutes(promoted(({ time }) => minutesOf(time))),
      ({ clean, pace }) => minutes(planned(clean.time, (ms) => minutesOf(ms, pace))),
    ],
    [
      'good: requests of the canary until then',
      requests(promoted(({ exposed }) => exposed)),
      ({ clean }) => requests(planned(clean.requests)),
    ],
  ];
}

function badRows(runs: readonly Run[], name: keyof Promised['harms']): Row[] {
  const bad = runs.filter(({ quality }) => quality === name);
  const { title } = qualities[name];
  const found = (size: (run: Run) => number): Spread => spreadUntil(bad, 'taken back', size);
  return [
    [`${title}: taken back`, shareText(bad, 'taken back'), ({ harms }) => percent(harms[name].takenBack)],
    [
      `${title}: minutes until taken back`,
      minutes(found(({ time }) => minutesOf(time))),
      ({ harms, pace }) => minutes(planned(harms[name].time, (ms) => minutesOf(ms, pace))),
    ],
    [
      `${title}: requests exposed`,
      requests(found(({ exposed }) => exposed)),
      ({ harms }) => requests(planned(harms[name].requests)),
    ],
    ['… of them in the verdict', requests(found(({ judged }) => judged)), () => ''],
  ];
}

function missedRow(runs: readonly Run[]): Row {
  const bad = runs.filter(({ quality }) => qualities[quality].isBad);
  return [
    'bad: wrongly promoted',
    shareText(bad, 'promoted'),
    ({ harms }) => percent((harms.errors.promoted + harms.latency.promoted) / 2),
  ];
}

/** Of all runs, those that end otherwise being larger than any. */
function spreadUntil(runs: readonly Run[], end: Run['end'], size: (run: Run) => number): Spread {
  return spreadOf(runs.map((run) => (run.end === end ? size(run) : Infinity)));
}

function planned({ median, p90 }: PlannedSpread, size: (value: number) => number = (value) => value): Spread {
  return { median: median === null ? Infinity : size(median), p90: p90 === null ? Infinity : size(p90) };
}

function shareText(runs: readonly Run[], end: Run['end']): string {
  if (runs.length === 0) return '–';
  const count = runs.filter((run) => run.end === end).length;
  const { low, high } = wilson(count, runs.length);
  return `${percent(count / runs.length)} (${percent(low)} to ${percent(high)})`;
}
