import { number } from '../../src/text/number.ts';
import type { Spread as ForecastSpread } from '../../src/domain/forecast/spread.ts';
import { spreadOf, type Spread } from '../judge/measures.ts';
import { minutes, percent, requests } from '../judge/report/figures.ts';
import { table } from '../judge/report/table.ts';
import { wilson } from '../judge/wilson.ts';
import { slowTimes } from './instruments.ts';
import type { RolloutForecast } from './forecast.ts';
import { qualities } from './releases.ts';
import type { Run } from './run.ts';
import { minutesOf } from './time.ts';

/** A figure's name, as it was measured, and as a forecast has it. */
type Row = readonly [title: string, measured: string, forecast: (forecast: RolloutForecast) => string];

/** What was measured, beside what `coalmine forecast` says of the spec as it is run, and of the one that it stands for. */
export function forecastTable(runs: readonly Run[], forecasts: readonly RolloutForecast[]): string[] {
  const rows = [...goodRows(runs), ...badRows(runs, 'errors'), ...badRows(runs, 'latency'), missedRow(runs)];
  const times = number(Math.round(10 * slowTimes(qualities.latency)) / 10);
  return [
    ...table(
      ['', 'measured', ...forecasts.map(({ pace }) => (pace === 1 ? 'uncompressed' : '`coalmine forecast`'))],
      rows.map(([title, measured, forecast]) => [title, measured, ...forecasts.map(forecast)]),
    ),
    '',
    `p99 × 2 with the same median is ${times} × the requests beyond stable's 99th percentile, and that is what the forecast was ` +
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
      ({ clean, pace }) => minutes(foreseen(clean.time, (ms) => minutesOf(ms, pace))),
    ],
    [
      'good: requests of the canary until then',
      requests(promoted(({ exposed }) => exposed)),
      ({ clean }) => requests(foreseen(clean.requests)),
    ],
  ];
}

function badRows(runs: readonly Run[], name: keyof RolloutForecast['harms']): Row[] {
  const bad = runs.filter(({ quality }) => quality === name);
  const { title } = qualities[name];
  const found = (size: (run: Run) => number): Spread => spreadUntil(bad, 'taken back', size);
  return [
    [`${title}: taken back`, shareText(bad, 'taken back'), ({ harms }) => percent(harms[name].takenBack)],
    [
      `${title}: minutes until taken back`,
      minutes(found(({ time }) => minutesOf(time))),
      ({ harms, pace }) => minutes(foreseen(harms[name].time, (ms) => minutesOf(ms, pace))),
    ],
    [
      `${title}: requests exposed`,
      requests(found(({ exposed }) => exposed)),
      ({ harms }) => requests(foreseen(harms[name].requests)),
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

function foreseen(
  { median, p90 }: ForecastSpread,
  size: (value: number) => number = (value) => value,
): Spread {
  return { median: median === null ? Infinity : size(median), p90: p90 === null ? Infinity : size(p90) };
}

function shareText(runs: readonly Run[], end: Run['end']): string {
  if (runs.length === 0) return '–';
  const count = runs.filter((run) => run.end === end).length;
  const { low, high } = wilson(count, runs.length);
  return `${percent(count / runs.length)} (${percent(low)} to ${percent(high)})`;
}
