/** Splitters that keep weights in their own way, through whole rollouts. */
import { describe, expect, test, vi } from 'vitest';
import type { Split } from '../../src/domain/rollout.ts';
import { reply, type Fault } from '../support/contract-target.ts';
import { startSource } from '../activities/metrics/source.ts';
import { faultyRollouts, type Befall } from './rollouts.ts';

const timeout = 120_000;
const start = faultyRollouts();

/** Answers for the split in force with other members. */
function reading(change: (split: Split) => object): Befall {
  const fault: Fault = (response, act) => {
    const { status, body } = act();
    reply(response, { status, body: { ...(body as Split), ...change(body as Split) } });
  };
  return ({ call }) => (call === 'read' ? fault : null);
}

/** Judged by something else than the weight that is answered. */
async function startSteps(befall: Befall, ...weights: number[]) {
  const health = await startSource();
  health.answer({ status: 'up' });
  return start(befall, {
    metrics: [{ name: 'health', kind: 'status', ok: ['up'], source: { type: 'http', url: health.url } }],
    steps: weights.map((weight) => ({ weight, bake: '1s' })),
  });
}

const whole = reading(({ weight }) => ({ weight: Math.round(weight), granularity: 1 }));

describe('a rollout is promoted where the splitter', () => {
  test.for<[string, Befall, number[]]>([
    ['keeps weights as fractions', reading(({ weight }) => ({ weight: (weight / 100) * 100 })), [7, 29]],
    [
      'keeps weights in 32 bits',
      reading(({ weight }) => ({ weight: Math.fround(weight / 100) * 100 })),
      [7, 33.3],
    ],
    [
      'answers what is left of stable',
      reading(({ weight }) => ({ weight: 100 - (100 - weight) })),
      [6.7, 93.3],
    ],
    ['answers weights as text', reading(({ weight }) => ({ weight: String(weight) })), [7, 29]],
    ['declares whole weights', whole, [33.3, 66.6]],
    [
      'counts in 128ths, and says so not quite exactly',
      reading(({ weight }) => ({ weight: (Math.round(weight * 1.28) / 128) * 100, granularity: 0.78 })),
      [7, 29],
    ],
  ])('%s', { timeout }, async ([, befall, weights]) => {
    const { result, target } = await startSteps(befall, ...weights);
    expect(await result()).toMatchObject({ outcome: 'promoted', verified: true });
    const asked = target.arrived.map(({ body }) => (body as { weight?: number } | undefined)?.weight ?? 0);
    expect(Math.max(...asked)).toBeLessThanOrEqual(Math.max(...weights));
  });
});

test('the weight that is really in force is said', { timeout }, async () => {
  const { result, details, status } = await startSteps(whole, 33.3, 50);
  await vi.waitFor(async () => expect(await status()).toMatchObject({ weight: 33 }), 30_000);
  expect((await status()).steps.labels[0]).toBe('33.3% (33% in force)');
  expect(await details()).toContain(
    String.raw`steps\[0\] asks for 33.3%, but the splitter sets weights in multiples of 1%: the canary gets 33%`,
  );
  expect(await result()).toMatchObject({ outcome: 'promoted' });
});

test('a step whose weight would round to nothing is refused before anything is deployed', async () => {
  const { result, target } = await startSteps(
    reading(() => ({ granularity: 5 })),
    2.5,
    50,
  );
  expect(await result()).toMatchObject({
    outcome: 'rolled-back',
    cause:
      'steps[0] asks for a weight of 2.5%, but the splitter sets weights in multiples of 5%, so the canary would get no traffic; give that step at least 5%, or remove it',
  });
  expect(target.arrived.filter(({ method }) => method === 'POST')).toEqual([]);
});

/** Each is waited for for a minute. */
test.concurrent.for<[string, Befall]>([
  ['9 in force of 7 asked', reading(({ weight }) => ({ weight: weight === 7 ? 9 : weight }))],
  [
    '8 in force of 7 asked, with whole weights',
    reading(({ weight }) => ({ weight: weight === 7 ? 8 : weight, granularity: 1 })),
  ],
  ['0 in force of 7 asked', reading(() => ({ weight: 0, granularity: 1 }))],
])('a split that is really different is a fault: %s', { timeout }, async ([, befall], { expect }) => {
  const { result } = await startSteps(befall, 7);
  const { outcome, cause } = await result();
  expect(outcome).toBe('rolled-back');
  expect(cause).toContain('expected traffic split as 7% within 1m, found {"weight":');
});
