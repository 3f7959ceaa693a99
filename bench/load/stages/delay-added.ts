import { table } from '../../judge/report/table.ts';
import { loaded, type Stage } from '../bench.ts';
import { milliseconds, perSecond } from '../figures.ts';
import { percentileOf } from '../percentile.ts';

/** Milliseconds after which the target answers, and requests per second; the highest rate is last. */
const cases = [
  { answersAfter: 0, rate: 100 },
  { answersAfter: 20, rate: 100 },
  { answersAfter: 0, rate: 1000 },
  { answersAfter: 20, rate: 1000 },
];

/** What each tool adds to the time that the target itself took. */
export const delayAdded: Stage = async (bench) => {
  const seconds = Math.min(4, bench.settings.seconds);
  const rows: string[][] = [];
  for (const { answersAfter, rate } of cases)
    for (const tool of bench.tools.filter((one) => one.holdsRate || rate === cases.at(-1)?.rate)) {
      // Twice as many as are busy at the rate: none must wait for the target.
      const connections = Math.max(bench.settings.connections, (2 * rate * answersAfter) / 1000);
      bench.say(`${tool.name}: ${perSecond(rate)}, answered after ${answersAfter} ms, ${seconds} s`);
      const { told, seen } = await loaded(bench, { answersAfter }, { rate, seconds, connections }, tool.load);
      const own = { p50: percentileOf(seen.took, 0.5), p99: percentileOf(seen.took, 0.99) };
      rows.push([
        tool.name,
        tool.holdsRate ? perSecond(rate) : 'no rate',
        milliseconds(own.p50),
        milliseconds(told.p50),
        milliseconds(told.p50 - own.p50),
        milliseconds(own.p99),
        milliseconds(told.p99),
        milliseconds(told.p99 - own.p99),
      ]);
    }
  return [
    '### Delay added',
    '',
    'Milliseconds from when the target has read a request until it answers, as it measures itself; what the tool says; ' +
      `and the difference, in which is what queues at the target's door. ${seconds} s each, over twice as many ` +
      `connections as are busy, but at least ${bench.settings.connections}. autocannon says whole milliseconds, hey ` +
      'tenths; Coalmine up to 2% more than it was. wrk cannot be asked for a rate, so it sees a target at its limit.',
    '',
    ...table(
      ['tool', 'asked', 'target p50', 'said p50', 'added', 'target p99', 'said p99', 'added at p99'],
      rows,
    ),
  ];
};
