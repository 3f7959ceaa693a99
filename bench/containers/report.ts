import { number } from '../../src/text/number.ts';
import { table } from '../judge/report/table.ts';
import type { Abort } from './coalmine.ts';
import type { Count, Kind } from './users.ts';

/** What one way to change the version has cost. */
export interface Row {
  name: string;
  times: number;
  seconds: number;
  counts: ReadonlyMap<Kind, Count>;
}

/** The result as a page. */
export function page(rows: readonly Row[], aborts: readonly Abort[], rate: number): string {
  return [
    `# Releases of containers under ${number(rate)} requests/s`,
    '',
    ...table(
      ['way', 'times', 'seconds for each', 'requests', 'failed', 'failed for each', 'whose requests failed'],
      rows.map(({ name, times, seconds, counts }) => {
        const all = [...counts.values()];
        const failed = sum(all.map((count) => count.failed));
        return [
          name,
          number(times),
          (seconds / times).toFixed(1),
          number(sum(all.map(({ requests }) => requests))),
          number(failed),
          (failed / times).toFixed(1),
          [...counts]
            .flatMap(([kind, count]) => (count.failed === 0 ? [] : [`${kind}: ${number(count.failed)}`]))
            .join('; '),
        ];
      }),
    ),
    '',
    '## From an abort',
    '',
    ...table(
      ['', 'median', 'most'],
      [
        [
          'ms until Traefik says that the canary gets nothing',
          ...spread(aborts.map(({ inForce }) => inForce)),
        ],
        [
          'ms until the last request was sent that the canary answered',
          ...spread(aborts.map(({ last }) => last)),
        ],
        [
          'requests to the canary that were sent after Traefik had said so',
          ...spread(aborts.map(({ after }) => after)),
        ],
      ],
    ),
    '',
  ].join('\n');
}

function spread(values: readonly number[]): [median: string, most: string] {
  if (values.length === 0) return ['', ''];
  const ordered = values.toSorted((one, other) => one - other);
  return [number(ordered[Math.floor(ordered.length / 2)] ?? 0), number(ordered.at(-1) ?? 0)];
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
