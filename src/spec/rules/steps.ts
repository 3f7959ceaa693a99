import { audienceLabel } from '../../domain/steps.ts';
import { completeTraffic } from '../target.ts';
import { durationText } from '../values.ts';
import { rule } from './rule.ts';

export const stepRules = [
  rule(['steps'], ({ steps }, report) => {
    let before: { weight: number; audience: string; copies: number | undefined } | undefined;
    for (const [at, step] of steps.entries()) {
      if (before?.weight === 100) {
        report(
          ['steps', at],
          'no step after the one at 100: what comes then is the promotion',
          'a step after 100',
        );
        return;
      }
      if ('approve' in step) continue;
      const weight = step.weight ?? 0;
      const audience = step.audience === undefined ? '' : audienceLabel(step.audience);
      // Where nothing splits, the canary gets as much as it has copies.
      const copies = step.weight === undefined ? step.capacity : undefined;
      const path = step.weight === undefined ? ['steps', at] : ['steps', at, 'weight'];
      const found = step.weight === undefined ? 'no weight' : String(weight);
      if (before !== undefined && weight < before.weight) {
        report(path, `a weight above ${before.weight}: weights rise`, `${found} after ${before.weight}`);
      } else if (weight === before?.weight && audience === before.audience && copies === before.copies) {
        report(path, `a weight above ${weight}, or another audience`, `${found} again`);
      }
      before = { weight, audience, copies };
    }
  }),

  rule(['steps'], ({ steps }, report) => {
    for (const [at, step] of steps.entries()) {
      if ('approve' in step || step.capacity === undefined || step.weight === undefined) continue;
      if (step.capacity < step.weight)
        report(
          ['steps', at, 'capacity'],
          `at least the weight of the step, ${step.weight}: fewer copies would carry more than stable's do`,
          String(step.capacity),
        );
    }
  }),

  rule(['steps', 'target', 'traffic'], ({ steps, target, traffic }, report) => {
    if (traffic !== undefined || completeTraffic(target) !== undefined) return;
    for (const [at, step] of steps.entries()) {
      if ('approve' in step) continue;
      const asked = (['weight', 'audience'] as const).find((key) => step[key] !== undefined);
      if (asked === undefined) continue;
      report(
        ['steps', at, asked],
        `no ${asked}, or something that splits: traffic, or a url of the target`,
        `${asked === 'weight' ? 'a weight' : 'an audience'} where nothing splits live traffic`,
      );
    }
  }),

  rule(['steps'], ({ steps }, report) => {
    for (const [at, step] of steps.entries()) {
      if ('approve' in step || typeof step.bake === 'number') continue;
      const { min, max } = step.bake;
      if (min !== undefined && min > max) report(['steps', at, 'bake', 'min'], 'at most the max of the bake');
    }
  }),

  rule(['steps', 'every'], ({ steps, every }, report) => {
    const shorter = steps
      .flatMap((step, at) => ('approve' in step ? [] : [{ at, max: maximum(step.bake) }]))
      .find(({ max }) => max < every);
    if (shorter === undefined) return;
    const { at, max } = shorter;
    report(['every'], `at most ${durationText(max)}, the bake of steps[${at}]`, durationText(every));
  }),

  rule(['steps'], ({ steps }, report) => {
    for (const [at, step] of steps.entries()) {
      if (!('approve' in step)) continue;
      const { need, by } = step;
      if (by.length > 0 && need > by.length) {
        const found = `${need} of ${by.length}: an approval nobody can give`;
        report(['steps', at, 'need'], `at most ${by.length}, the number of those who may`, found);
      }
      for (const [other, name] of by.entries()) {
        if (by.indexOf(name) < other) report(['steps', at, 'by', other], 'each name once');
      }
    }
  }),
];

function maximum(bake: number | { max: number }): number {
  return typeof bake === 'number' ? bake : bake.max;
}
