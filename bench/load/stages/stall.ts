import { table } from '../../judge/report/table.ts';
import { loaded, type Stage } from '../bench.ts';
import { milliseconds } from '../figures.ts';
import { percentileOf, waitsUnder } from '../percentile.ts';

const rate = 200;
/** With a stall of a second, one user in eight is hit: at one in ten the 90th percentile would hang on a hair. */
const seconds = 8;
const stall = { after: 3500, lasts: 1000 };

/** Coordinated omission: what a target that stands still looks like to each tool, and to users. */
export const standstill: Stage = async (bench) => {
  const { connections } = bench.settings;
  const waits = waitsUnder(stall, rate, seconds);
  const due = (rate * stall.lasts) / 1000;
  const rows = [
    ['users at that rate', String(due), ...[0.5, 0.9, 0.99].map((p) => milliseconds(percentileOf(waits, p)))],
  ];
  for (const tool of bench.tools) {
    bench.say(
      `${tool.name}: ${rate}/s for ${seconds} s, in which the target stands still for ${stall.lasts} ms`,
    );
    const ask = { rate, seconds, connections };
    const { told, seen } = await loaded(bench, { answersAfter: 0, stall }, ask, tool.load);
    const from = (seen.came[0] ?? 0) + stall.after;
    const sent = seen.came.filter((at) => at >= from && at < from + stall.lasts).length;
    rows.push([tool.name, String(sent), ...[told.p50, told.p90, told.p99].map(milliseconds)]);
  }
  return [
    '### The target stands still',
    '',
    `${rate}/s for ${seconds} s, in which the target answers nothing for ${stall.lasts / 1000} s and then everything; ` +
      `${connections} connections. The first line is computed: users who come evenly, each of whom waits until the ` +
      'stall is over. A tool that waits for answers sends less meanwhile, and what it has not sent it has not seen to be slow.',
    '',
    ...table(['', 'sent meanwhile', 'p50 ms', 'p90 ms', 'p99 ms'], rows),
  ];
};
