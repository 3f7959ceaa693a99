import { minutesAndSeconds } from '../judge/progress.ts';
import { table } from '../judge/report/table.ts';
import { forecastTable } from './forecast-table.ts';
import type { RolloutForecast } from './forecast.ts';
import { qualities, qualityNames } from './releases.ts';
import { ends, type Run } from './run.ts';
import type { Preset } from './spec.ts';
import { compression, rps } from './time.ts';
import { watchingLines } from './watching.ts';

/** How the runs came about. */
export interface Facts {
  seed: number;
  atOnce: number;
  judge: Preset;
  metrics: number;
  /** Milliseconds. */
  took: number;
}

/** The result as a page. */
export function page(runs: readonly Run[], forecasts: readonly RolloutForecast[], facts: Facts): string {
  return [
    `# Whole rollouts, judge: ${facts.judge}`,
    '',
    `${runs.length} releases, ${facts.atOnce} at once, ${facts.metrics} metrics, seed ${facts.seed}; ` +
      `${minutesAndSeconds(facts.took)} minutes. Time is compressed ${compression} times: a scrape and a tick each second ` +
      `stand for one each ${compression} s, and ${rps * compression} requests a second for ${rps}. Minutes are those of what ` +
      `is simulated. Median (90th percentile); share (95% interval).`,
    '',
    ...outcomeTable(runs),
    '',
    ...forecastTable(runs, forecasts),
    '',
    ...watchingLines(runs),
    '',
    ...surprises(runs),
    '',
  ].join('\n');
}

function outcomeTable(runs: readonly Run[]): string[] {
  const rows = qualityNames.map((name) => {
    const those = runs.filter(({ quality }) => quality === name);
    return [
      qualities[name].title,
      String(those.length),
      ...ends.map((end) => String(those.filter((run) => run.end === end).length)),
    ];
  });
  return table(['release', 'runs', ...ends], rows);
}

/** What ended otherwise than it should, each with its reason. */
function surprises(runs: readonly Run[]): string[] {
  const lines = runs
    .filter(isSurprising)
    .map(
      ({ release, service, quality, end, cause }) =>
        `- ${release} on ${service}, ${qualities[quality].title}, ${end}: ${cause}`,
    );
  return lines.length === 0
    ? ['Each ended as it should.']
    : ['Ended otherwise than they should:', '', ...lines];
}

export function isSurprising({ quality, end }: Run): boolean {
  return end !== (qualities[quality].isBad ? 'taken back' : 'promoted');
}
