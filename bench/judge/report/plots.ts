import type { EChartsCoreOption } from 'echarts';
import type { Cells } from '../cells.ts';
import { allRules } from '../settings.ts';
import { heatmap } from './heatmap.ts';
import { svg } from './svg.ts';

const titleOf = (name: string): string => allRules.find((rule) => rule.name === name)?.title ?? name;

/** Names of the files, without `.svg`, in the order of the page. */
export const plotNames = [
  'requests-until-errors-are-found',
  'requests-exposed',
  'false-alarms-errors',
  'false-alarms-latency',
  'false-alarms-gauge',
  'minutes-until-errors-are-found',
] as const;

/** Every plot as SVG. */
export function plots(cells: Cells): Record<(typeof plotNames)[number], string> {
  const falseAlarms = (signal: 'errors' | 'latency' | 'gauge'): string =>
    svg(
      heatmap(cells, {
        title: `False alarms within 24 hours, % (${signal})`,
        signal,
        effect: 'none',
        figure: ({ falseAlarms: of }) => 100 * of.share,
        scale: [0, 10],
        digits: 1,
      }),
    );
  return {
    'requests-until-errors-are-found': svg(foundCurves(cells)),
    'requests-exposed': svg(exposureBars(cells)),
    'false-alarms-errors': falseAlarms('errors'),
    'false-alarms-latency': falseAlarms('latency'),
    'false-alarms-gauge': falseAlarms('gauge'),
    'minutes-until-errors-are-found': svg(
      heatmap(cells, {
        title: 'Minutes until errors × 3 are found (median)',
        signal: 'errors',
        effect: 'errors-3',
        figure: ({ minutes }) => minutes.median,
        scale: [0, 60],
        digits: 1,
      }),
    ),
  };
}

/** Of which share of the runs the harm is found, by how many requests the canary has had. */
function foundCurves(cells: Cells): EChartsCoreOption {
  const series = tripled(cells).map(({ rule, outcomes }) => {
    const found = outcomes.filter(({ failedAt }) => failedAt !== null).map(({ exposed }) => exposed);
    const sorted = found.toSorted((a, b) => a - b);
    const points = [[sorted[0], 0], ...sorted.map((n, at) => [n, (100 * (at + 1)) / outcomes.length])];
    return { type: 'line', name: titleOf(rule), step: 'end', showSymbol: false, data: points };
  });
  return {
    title: { text: 'Errors × 3: runs in which the harm is found, by requests exposed', left: 'center' },
    legend: { orient: 'vertical', left: 715, top: 60 },
    grid: { left: 70, right: 400, top: 60, bottom: 60 },
    xAxis: { type: 'log', min: 75, max: 36_000, name: 'requests of the canary', ...middle(30) },
    yAxis: { type: 'value', max: 100, name: '% of runs', ...middle(40) },
    color: palette,
    series,
  };
}

function exposureBars(cells: Cells): EChartsCoreOption {
  const rows = tripled(cells).toReversed();
  const bar = (name: string, figure: 'median' | 'p90', color: string): object => ({
    type: 'bar',
    name,
    itemStyle: { color },
    label: { show: true, position: 'right' },
    data: rows.map(({ measures }) => finite(Math.round(measures.requests[figure]))),
  });
  return {
    title: { text: 'Errors × 3 among independent requests: requests exposed until found', left: 'center' },
    legend: { top: 35 },
    grid: { left: 400, right: 80, top: 70, bottom: 60 },
    xAxis: { type: 'log', min: 100, name: 'requests of the canary', ...middle(30) },
    yAxis: { type: 'category', data: rows.map(({ rule }) => titleOf(rule)) },
    series: [bar('90th percentile', 'p90', '#b8c4d6'), bar('median', 'median', '#2f5d9b')],
  };
}

function tripled(cells: Cells): Cells['all'] {
  return cells.all.filter(({ world, effect }) => world === 'iid' && effect === 'errors-3');
}

function middle(nameGap: number): object {
  return { nameLocation: 'middle', nameGap };
}

function finite(value: number): number | '-' {
  return Number.isFinite(value) ? value : '-';
}

/** Colours that can be told apart, one for each rule. */
const palette = [
  '#e6194b',
  '#f58231',
  '#bfa500',
  '#808000',
  '#9a6324',
  '#46b3c4',
  '#1f77b4',
  '#7aa6ff',
  '#a65fd4',
  '#f032e6',
  '#2ca02c',
  '#006400',
  '#aaaaaa',
  '#555555',
  '#000000',
  '#5b2c6f',
  '#d4a5a5',
];
