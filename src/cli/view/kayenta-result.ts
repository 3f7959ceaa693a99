import type { ScoreThresholds } from '../../judge/kayenta/config.ts';
import type { KayentaResult, MetricResult } from '../../judge/kayenta/judge-pairs.ts';
import type { Shift } from '../../judge/kayenta/mann-whitney.ts';
import { metricName } from '../../judge/kayenta/pairs.ts';
import { number } from '../../text/number.ts';
import { visibleIn } from '../../text/visible.ts';
import type { Canvas, Colors } from './canvas.ts';
import { table } from './table.ts';
import { cut } from './text.ts';

/** Columns. */
const mostOfName = 60;

/** What Kayenta's judge found: the score, the groups it is made of, and each metric with its reason. */
export function kayentaResultLines(
  result: KayentaResult,
  { pass, marginal }: ScoreThresholds,
  { colors }: Canvas,
): string[] {
  const { score, classification, reason, groups, metrics } = visibleIn(result);
  const painted = paint(classification, colors)(classification);
  return [
    `score ${number(score)}: ${painted} (Pass from ${number(pass)}, Marginal from ${number(marginal)})`,
    ...(reason === '' ? [] : [reason]),
    '',
    ...table(
      ['GROUP', 'SCORE', 'WEIGHT'],
      groups.map((group) => [cut(group.name, mostOfName), number(group.score), `${number(group.weight)}%`]),
      colors,
    ),
    '',
    ...table(['METRIC', 'RESULT', 'MEANS', 'SHIFT', 'POINTS', 'REASON'], metrics.map(cells), colors),
  ];
}

function paint(classification: KayentaResult['classification'], colors: Colors): (text: string) => string {
  switch (classification) {
    case 'Pass':
      return colors.green;
    case 'Marginal':
      return colors.yellow;
    case 'Fail':
      return colors.red;
  }
}

function cells(metric: MetricResult): string[] {
  const { classification, critical, muted, canary, baseline, ratio, shift, reason } = metric;
  const notes = [...(critical ? ['critical'] : []), ...(muted ? ['muted'] : [])];
  const times = Number.isFinite(ratio) ? ` (× ${number(ratio)})` : '';
  return [
    cut(metricName(metric), mostOfName),
    notes.length === 0 ? classification : `${classification} (${notes.join(', ')})`,
    `${number(canary.mean)} v ${number(baseline.mean)}${times}`,
    shift === undefined ? '' : shiftText(shift),
    `${canary.count} v ${baseline.count}`,
    reason ?? '',
  ];
}

function shiftText({ lower, estimate, upper }: Shift): string {
  return `${number(estimate)} (${number(lower)} to ${number(upper)})`;
}
