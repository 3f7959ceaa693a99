import { stepLabel, type Step } from '../../domain/steps.ts';
import { visibleIn } from '../../domain/visible.ts';
import type { Plan } from '../../spec/schema.ts';
import type { Canvas } from './canvas.ts';
import { duration } from './duration.ts';
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
  ];
}

function indented(text: string, width: number): string[] {
  return wrap(text, width - 2).map((line) => `  ${line}`);
}

function howLong(step: Step): string {
  if (step.kind === 'gate') return step.within === null ? 'until approved' : `up to ${duration(step.within)}`;
  const { min, max } = step.bake;
  return min === max ? duration(max) : `${duration(min)} to ${duration(max)}`;
}

function atTheEnd(step: Step): string {
  if (step.kind === 'bake') return `inconclusive: ${step.onInconclusive}`;
  const who = step.by.length === 0 ? 'anyone' : step.by.join(', ');
  const otherwise = step.within === null ? '' : `, else ${step.otherwise}`;
  return `${step.need} of ${who}${otherwise}`;
}
