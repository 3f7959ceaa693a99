import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import type { FollowedRollout } from '../../examples/demo/release.ts';
import { shortcomings } from '../../examples/demo/review.ts';
import { between, plausible } from '../../examples/demo/users.ts';
import type { RolloutResult } from '../../src/domain/rollout.ts';
import { parseSpec } from '../../src/spec/parse.ts';

const seen = { requests: 9000, errors: 18, byVersion: {}, byTrack: {} };

function released(version: string, result: Partial<RolloutResult>, weights: number[]): FollowedRollout {
  return {
    version,
    ending: {
      how: 'completed',
      result: {
        outcome: 'promoted',
        cause: 'errors: 0 of 149 requests (0%)',
        verified: true,
        service: 'bakery',
        version,
        stable: '14.1.0',
        steps: [],
        verdicts: [],
        ...result,
      },
    },
    steps: weights.map((weight) => ({ weight, seen: { requests: 900, errors: 0, canary: weight / 100 } })),
    exposure: { requests: 60, errors: 18, seconds: 8 },
    seconds: 20,
  };
}

const bad = released('14.1.1-htm', { outcome: 'rolled-back' }, [5]);
const good = released('14.1.1', {}, [5, 25, 50, 100]);

test('its specs are sound, for both versions', async () => {
  for (const file of ['examples/demo/rollout.yaml', 'examples/demo/rollout-prometheus.yaml']) {
    const text = await readFile(file, 'utf8');
    for (const version of ['14.1.1', '14.1.1-htm']) {
      const { plan } = parseSpec(text, file, { version });
      expect(plan.steps.map((step) => (step.kind === 'bake' ? step.weight : null))).toEqual([5, 25, 50, 100]);
    }
  }
});

test('what users saw between two counts has requests, errors and the share of the canary', () => {
  const later = {
    ...seen,
    requests: 10_000,
    errors: 20,
    byVersion: { '14.1.1': { requests: 50, errors: 2 } },
  };
  expect(between(seen, later, '14.1.1')).toEqual({ requests: 1000, errors: 2, canary: 0.05 });
  expect(between(seen, seen, '14.1.1')).toEqual({ requests: 0, errors: 0, canary: 0 });
});

test('a share is plausible within chance, and nothing measured is not', () => {
  expect(plausible(5, { requests: 1000, errors: 0, canary: 0.06 })).toBe(true);
  expect(plausible(5, { requests: 1000, errors: 0, canary: 0.25 })).toBe(false);
  expect(plausible(50, { requests: 600, errors: 0, canary: 0.56 })).toBe(true);
  expect(plausible(100, { requests: 600, errors: 0, canary: 0.9 })).toBe(false);
  expect(plausible(5, { requests: 0, errors: 0, canary: 0 })).toBe(false);
});

test('the demo succeeds if the bad version was taken back and the good one promoted', () => {
  expect(shortcomings({ bad, good, seen, seconds: 60 })).toEqual([]);
});

test('a bad version that is gone within one look is no shortcoming, and a good one that nobody met is', () => {
  const unseen = { requests: 0, errors: 0, canary: 0 };
  const gone = { ...bad, steps: bad.steps.map((step) => ({ ...step, seen: unseen })) };
  expect(shortcomings({ bad: gone, good, seen, seconds: 60 })).toEqual([]);
  const unmet = { ...good, steps: good.steps.map((step) => ({ ...step, seen: unseen })) };
  expect(shortcomings({ bad, good: unmet, seen, seconds: 60 })).toHaveLength(good.steps.length);
});

test('the demo says what did not go as it should', () => {
  expect(
    shortcomings({
      bad: { ...released('14.1.1-htm', {}, [5]), exposure: { requests: 0, errors: 0, seconds: 0 } },
      good: released('14.1.1', { verified: false }, [5, 50]),
      seen,
      seconds: 100,
    }),
  ).toEqual([
    '14.1.1-htm ended promoted, not rolled-back: errors: 0 of 149 requests (0%)',
    'the end of 14.1.1 was not read back',
    '14.1.1-htm showed no user an error',
    '14.1.1 went through 5, 50, not 5, 25, 50, 100',
    'users sent fewer than 100 req/s',
  ]);
});
