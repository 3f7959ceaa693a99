import { stepLabel, type Step } from '../../domain/steps.ts';
import { visibleIn } from '../../text/visible.ts';
import type { Plan } from '../../spec/schema.ts';
import type { Canvas } from './canvas.ts';
import { duration } from '../../text/duration.ts';
import { table } from './table.ts';
import { cut, wrap } from './text.ts';

/** Columns; a line that does not fit would be broken, and look like two. */
const mostOfCell = 40;

/** A completed plan: what will be done, in order. */
export function planLines(given: Plan, { colors, width }: Canvas): string[] {
  const plan = visibleIn(given);
  const rows = plan.steps.map((step, index) => [
    String(index + 1),
    cut(stepLabel(step), mostOfCell),
    howLong(step),
    cut(atTheEnd(step), mostOfCell),
  ]);
  const judged = plan.metrics.map(({ name, gating }) => (gating ? name : `${name} (reported)`));
  const uncompared = plan.metrics.filter((metric) => metric.uncompared === true).map(({ name }) => name);
  return [
    `${colors.bold(`${cut(plan.service, width / 2)} ${cut(plan.version, width / 3)}`)}   ${plan.target.type} target`,
    ...table(['STEP', '', 'HOW LONG', 'AT ITS END'], rows, colors, width - 2).map((line) => `  ${line}`),
    ...indented(`looked at every ${duration(plan.every)}: ${judged.join(', ') || 'nothing'}`, width),
    ...(uncompared.length === 0
      ? []
      : indented(`not compared with stable, which the spec says is dead: ${uncompared.join(', ')}`, width)),
    ...indented(uncoveredText(plan.metrics), width),
  ];
}

/** Which comparisons the promise does not cover, and what would help; empty if it covers all. */
export function uncoveredText(metrics: Plan['metrics']): string {
  const names = metrics.flatMap(({ name, comparison }) =>
    comparison?.uncovered === undefined ? [] : [name],
  );
  if (names.length === 0) return '';
  return (
    `alpha and beta do not cover ${names.join(', ')}: traffic is split by user, but requests are counted. ` +
    'Set countBy: user or noise.dispersion: docs/judging.md, "Sticky splits"'
  );
}

function indented(text: string, width: number): string[] {
  if (text === '') return [];
  return wrap(text, width - 2).map((line) => `  ${line}`);
}

function howLong(step: Step): string {
  if (step.kind === 'gate') return step.within === null ? 'until approved' : `up to ${duration(step.within)}`;
  const { min, max } = step.bake;
  const warmUp = step.warmUp === undefined ? '' : `${duration(step.warmUp)} warm-up, then `;
  return `${warmUp}${min === max ? duration(max) : `${duration(min)} to ${duration(max)}`}`;
}

function atTheEnd(step: Step): string {
  if (step.kind === 'bake' && step.keepsStable === true) return 'stable is made new';
  if (step.kind === 'bake') return `inconclusive: ${step.onInconclusive}`;
  const who = step.by.length === 0 ? 'anyone' : step.by.join(', ');
  const otherwise = step.within === null ? '' : `, else ${step.otherwise}`;
  return `${step.need} of ${who}${otherwise}`;
}
