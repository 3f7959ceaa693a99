import { describe, expect, test } from 'vitest';
import { randomOf } from '../../../src/domain/random.ts';
import { atNewStep, judge } from '../../../src/judge/judge.ts';
import { errors, evidenceOf, held, hour, judged, minute, ticksOf, type Arms } from './comparing.ts';

const at = (weight: number) => held('rate', { share: weight });
const requests = (weight: number) => ({ canary: 1_500 * weight, stable: 1_500 * (1 - weight) });

describe('at a new weight', () => {
  test('the evidence stays, and ticks may begin before the end of the last one', () => {
    const random = randomOf('evidence stays');
    const { state } = judged(at(0.05), 10 * minute, () => errors(random, { requests: requests(0.05) }));
    const next = atNewStep(state);
    const [before, after] = [evidenceOf(state, 'rate'), evidenceOf(next, 'rate')];
    expect(after.compared).toEqual(before.compared);
    expect(after).toMatchObject({ until: null, seen: [0, 0, 0, 0, 0, 0] });
    expect(after).not.toHaveProperty('split');

    const early = judged(at(0.25), 1, () => errors(random, { requests: requests(0.25) }), {
      state: next,
      first: 10 * minute - 0.5,
    });
    expect(early.verdict.kind).toBe('inconclusive');
    expect(evidenceOf(early.state, 'rate').seen.slice(0, 2)).toEqual([1, 0]);
  });

  test('a canary that passed at the one before still does, before and at its first tick', () => {
    const random = randomOf('still passes');
    const { state, verdict } = judged(at(0.05), 2 * hour, () => errors(random, { requests: requests(0.05) }));
    expect(verdict.kind).toBe('pass');
    const next = atNewStep(state);
    expect(judge([at(0.25)], next, []).verdict.kind).toBe('pass');
    const later = judged(at(0.25), 1, () => errors(random, { requests: requests(0.25) }), { state: next });
    expect(later.verdict.kind).toBe('pass');
  });

  test('what was missing and how the requests were shared at the one before hinders no pass', () => {
    const random = randomOf('patchy before');
    const arms = (tick: number): Arms =>
      tick % 3 === 0 ? [{ missing: 'x' }, { missing: 'x' }] : errors(random, { requests: requests(0.05) });
    const patchy = judged(at(0.2), 3 * hour, arms);
    expect(patchy.verdict.kind).not.toBe('pass');
    const next = judged(at(0.05), 10, () => errors(random, { requests: requests(0.05) }), {
      state: atNewStep(patchy.state),
    });
    expect(next.verdict.kind).toBe('pass');
  });

  test('harm is shown by all steps together: in each alone there is too little', () => {
    const random = randomOf('ramp');
    const weights = [0.03, 0.04, 0.05];
    let [together, alone] = [0, 0];
    for (let run = 0; run < 40; run += 1) {
      const steps = weights.map((weight) => ({
        criteria: [at(weight)],
        ticks: ticksOf(2 * minute, () => ({
          rate: errors(random, { ratio: 2.5, requests: requests(weight) }),
        })),
      }));
      if (steps.some(({ criteria, ticks }) => judge(criteria, {}, ticks).verdict.kind === 'fail')) alone += 1;
      let state = {};
      const kinds = steps.map(({ criteria, ticks }) => {
        const after = judge(criteria, atNewStep(state), ticks);
        state = after.state;
        return after.verdict.kind;
      });
      if (kinds.includes('fail')) together += 1;
    }
    expect(together).toBeGreaterThan(alone);
  });
});
