import type { EChartsCoreOption } from 'echarts';
import type { Cells } from '../cells.ts';
import type { Measures } from '../measures.ts';
import type { Signal } from '../observed.ts';
import { allRules } from '../settings.ts';

/** Rules by worlds, one figure in each field. */
export function heatmap(
  cells: Cells,
  {
    title,
    signal,
    effect,
    figure,
    scale: [min, max],
    digits,
  }: {
    title: string;
    signal: Signal;
    effect: string;
    figure: (measures: Measures) => number;
    /** Figures of the palest and of the darkest colour. */
    scale: readonly [number, number];
    digits: number;
  },
): EChartsCoreOption {
  const shown = cells.all.filter((cell) => cell.signal === signal && cell.effect === effect);
  const worlds = [...new Set(shown.map(({ world }) => world))];
  const rules = allRules.filter(({ name }) => shown.some(({ rule }) => rule === name)).toReversed();
  const data = shown.map(({ world, rule, measures }) => {
    const value = figure(measures);
    const place = [worlds.indexOf(world), rules.findIndex(({ name }) => name === rule)];
    const text = Number.isFinite(value) ? value.toFixed(digits) : 'never';
    return { value: [...place, Math.min(value, max)], label: { show: true, formatter: text } };
  });
  return {
    title: { text: title, left: 'center' },
    grid: { left: 400, right: 30, top: 50, bottom: 90 },
    xAxis: { type: 'category', data: worlds, axisLabel: { interval: 0, rotate: 35 } },
    yAxis: { type: 'category', data: rules.map((rule) => rule.title), axisLabel: { interval: 0 } },
    visualMap: { show: false, min, max, inRange: { color: ['#eef5ea', '#fbe3a0', '#e2725b'] } },
    series: [{ type: 'heatmap', data, itemStyle: { borderColor: '#fff', borderWidth: 1 } }],
  };
}
