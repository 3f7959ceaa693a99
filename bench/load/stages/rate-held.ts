import { table } from '../../judge/report/table.ts';
import { arrivalsOf } from '../arrivals.ts';
import { loaded, type Bench, type Stage } from '../bench.ts';
import { uncorrected } from '../tools/autocannon.ts';
import { perSecond, percent, times } from '../figures.ts';

/** How each tool holds a rate, as the target counts it. */
export const rateHeld: Stage = async (bench) => {
  const { tools, settings } = bench;
  const rows: string[][] = [];
  // How autocannon counts its latencies changes nothing of what it sends.
  for (const tool of tools.filter((one) => one.holdsRate && one !== uncorrected))
    for (const rate of settings.rates) {
      const { mean, worstSecond, burst } = await held(bench, tool, rate);
      rows.push([tool.name, perSecond(rate), perSecond(mean), percent(worstSecond), times(burst)]);
    }
  for (const tool of tools.filter((one) => !one.holdsRate)) {
    const { mean } = await held(bench, tool, Math.max(...settings.rates));
    rows.push([tool.name, 'no rate', perSecond(mean), '', '']);
  }
  return [
    '### Rate held',
    '',
    `Requests as the target counts them, ${settings.seconds} s each; autocannon, hey and wrk over ` +
      `${settings.connections} connections. The worst second is that furthest from the rate; the burst is the most in ` +
      'any 100 ms, as a multiple of what is due in them. wrk cannot be asked for a rate.',
    '',
    ...table(['tool', 'asked', 'came', 'worst second', 'burst'], rows),
  ];
};

async function held(bench: Bench, tool: Bench['tools'][number], rate: number) {
  const { seconds, connections } = bench.settings;
  bench.say(`${tool.name}: ${tool.holdsRate ? `${perSecond(rate)} for` : 'as fast as it can,'} ${seconds} s`);
  const { seen } = await loaded(bench, { answersAfter: 0 }, { rate, seconds, connections }, tool.load);
  return arrivalsOf(seen.came, rate, seconds);
}
