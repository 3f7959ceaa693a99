import type { Cells } from '../judge/cells.ts';
import { heatmap } from '../judge/report/heatmap.ts';
import { svg } from '../judge/report/svg.ts';

export const plotNames = ['traces-false-alarms', 'traces-errors-missed'] as const;

/** Every plot as SVG, by the name of its file. */
export function plots(cells: Cells): Record<`${(typeof plotNames)[number]}.svg`, string> {
  const share = { signal: 'errors', scale: [0, 10], digits: 1 } as const;
  return {
    'traces-false-alarms.svg': svg(
      heatmap(cells, {
        ...share,
        title: 'Real traces, no harm: canaries taken back, % (errors)',
        effect: 'none',
        figure: ({ falseAlarms }) => 100 * falseAlarms.share,
      }),
    ),
    'traces-errors-missed.svg': svg(
      heatmap(cells, {
        ...share,
        title: 'Real traces, errors × 3: missed, %',
        effect: 'errors-3',
        figure: ({ missed }) => 100 * missed.share,
        scale: [0, 100],
        digits: 0,
      }),
    ),
  };
}
