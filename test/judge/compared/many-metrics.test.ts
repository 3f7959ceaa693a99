import { describe, expect, test } from 'vitest';
import { randomOf, type Random } from '../../../src/domain/random.ts';
import type { Criterion } from '../../../src/judge/criteria.ts';
import { judgingOf } from '../../../src/judge/judge.ts';
import { errors, held, hour, ticksOf } from './comparing.ts';

const names = Array.from({ length: 10 }, (_, at) => `metric-${String(at)}`);
const ten: Criterion[] = names.map((name) => held('rate', { failAbove: 1 }, { name }));

/** Judges an hour of ten metrics, of which the first has `ratio` times stable's events. */
function hourOf(random: Random, ratio: number, criteria: Criterion[], alpha: number) {
  const judging = judgingOf(criteria, {}, { alpha, beta: 0.05 });
  for (const tick of ticksOf(hour, () =>
    Object.fromEntries(names.map((name, at) => [name, errors(random, { ratio: at === 0 ? ratio : 1 })])),
  )) {
    judging.add(tick);
    if (judging.kind() === 'fail') break;
  }
  return judging;
}

describe('of ten metrics', () => {
  test('one that is harmed fails the rollout, and it alone is named', () => {
    const random = randomOf('one of ten');
    for (let run = 0; run < 5; run += 1) {
      const verdict = hourOf(random, 4, ten, 0.01).verdict();
      expect(verdict.kind).toBe('fail');
      expect(verdict.because).toMatch(/^metric-0: [^;]+$/);
      expect(verdict.metrics.filter(({ kind }) => kind === 'fail').map(({ name }) => name)).toEqual([
        'metric-0',
      ]);
    }
  });

  test('one that does not gate is reported only', () => {
    const random = randomOf('not gating');
    const criteria = ten.map((one, at) => ({ ...one, gating: at !== 0 }));
    const verdict = hourOf(random, 4, criteria, 0.01).verdict();
    expect(verdict.kind).not.toBe('fail');
    expect(verdict.metrics[0]?.evidence?.harm).toBeGreaterThan(1000);
  });

  test('all must be shown to be as good for a pass', () => {
    const random = randomOf('nine pass');
    const criteria = ten.map((one, at) =>
      held('rate', { passBelow: at === 0 ? 1.05 : 4 }, { name: one.name }),
    );
    const judging = hourOf(random, 1, criteria, 0.01);
    expect(judging.verdict().metrics.map(({ kind }) => kind)).toEqual([
      'inconclusive',
      ...Array<string>(9).fill('pass'),
    ]);
    expect(judging.kind()).toBe('inconclusive');
  });

  test('that all are as stable, the rollout fails no more often than α says', () => {
    const random = randomOf('ten clean');
    const [alpha, runs] = [0.1, 60];
    let failed = 0;
    for (let run = 0; run < runs; run += 1) if (hourOf(random, 1, ten, alpha).kind() === 'fail') failed += 1;
    // At the boundary, three standard errors above what is promised.
    expect(failed / runs).toBeLessThan(alpha + 3 * Math.sqrt((alpha * (1 - alpha)) / runs));
  });
});
