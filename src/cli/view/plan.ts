import { stepLabel, type Step } from '../../domain/steps.ts';
import type { Plan } from '../../spec/schema.ts';
import type { Canvas } from './canvas.ts';
import { duration } from './duration.ts';
import { table } from './table.ts';

/** A completed plan: what will be done, in order. */
export function planLines(plan: Plan, { colors }: Canvas): string[] {
  const rows = plan.steps.map((step, index) => [
    String(index + 1),
    stepLabel(step),
    howLong(step),
    atTheEnd(step),
  ]);
  const judged = plan.metrics.map(({ name, gating }) => (gating ? name : `${name} (reported)`));
  const uncompared = plan.metrics.filter((metric) => metric.uncompared === true).map(({ name }) => name);
  return [
    `${colors.bold(`${plan.service} ${plan.version}`)}   ${plan.target.type} target`,
    ...table(['STEP', '', 'HOW LONG', 'AT ITS END'], rows, colors).map((line) => `  ${line}`),
    `  looked at every ${duration(plan.every)}: ${judged.length === 0 ? 'nothing' : judged.join(', ')}`,
    ...(uncompared.length === 0
      ? []
      : [`  not compared with stable, which the spec says is dead: ${uncompared.join(', ')}`]),
  ];
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
