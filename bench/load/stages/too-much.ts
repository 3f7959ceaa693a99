import { table } from '../../judge/report/table.ts';
import { loaded, type Stage } from '../bench.ts';
import { milliseconds, perSecond } from '../figures.ts';
import { generate, told } from '../tools/ours.ts';

/** As much as a spec may ask for; and more than the connections that may be open can carry. */
const cases = [
  { rate: 10_000, answersAfter: 0 },
  { rate: 500, answersAfter: 4000 },
];

/** What ours says where it cannot send what was asked. */
export const tooMuch: Stage = async (bench) => {
  const { seconds, connections } = bench.settings;
  const rows: string[][] = [];
  for (const { rate, answersAfter } of cases) {
    bench.say(`Coalmine: ${perSecond(rate)}, answered after ${answersAfter} ms, ${seconds} s`);
    const ask = { rate, seconds, connections };
    const { told: report, seen } = await loaded(bench, { answersAfter }, ask, generate);
    const due = String(rate * seconds);
    const { requests, missed, errors } = report;
    const counts = [due, String(seen.came.length), String(requests), String(missed), String(errors)];
    rows.push([perSecond(rate), milliseconds(answersAfter), ...counts, milliseconds(told(report).p99)]);
  }
  return [
    '### More than can be held',
    '',
    'Coalmine alone: what the target counted, beside what the report says was sent and missed.',
    '',
    ...table(
      ['asked', 'answered after', 'due', 'came', 'told sent', 'told missed', 'errors', 'p99 ms'],
      rows,
      [],
    ),
  ];
};
