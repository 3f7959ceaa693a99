import { table } from '../judge/report/table.ts';
import { number } from '../../src/text/number.ts';
import type { Run } from './run.ts';
import type { Scenario } from './scenarios.ts';

/** The result as a page. */
export function page(scenarios: readonly Scenario[], runs: readonly Run[]): string {
  const rows = scenarios.flatMap(({ name }) => {
    const those = runs.filter((run) => run.name === name);
    if (those.length === 0) return [];
    const [first] = those;
    return [
      [
        name,
        endings(those),
        range(those.map(({ seconds }) => Math.round(seconds))),
        range(those.map(({ exposed }) => exposed)),
        first?.because ?? '',
      ],
    ];
  });
  return [
    '# Rollouts under real traffic',
    '',
    ...table(
      ['scenario', 'ended', 'seconds until then', 'requests to the canary', 'what one of them said'],
      rows,
    ),
    '',
  ].join('\n');
}

function endings(runs: readonly Run[]): string {
  const counts = new Map<string, number>();
  for (const { outcome } of runs) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  return [...counts]
    .map(([outcome, count]) => `${outcome} ${String(count)} of ${String(runs.length)}`)
    .join(', ');
}

/** From the smallest to the largest. */
function range(values: readonly number[]): string {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  return least === most ? number(least) : `${number(least)} to ${number(most)}`;
}
