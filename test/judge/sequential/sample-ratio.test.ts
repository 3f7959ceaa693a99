import { expect, test } from 'vitest';
import { randomOf } from '../../../src/domain/random.ts';
import { isMismatch, noSampleRatio, withRequests } from '../../../src/judge/sequential/sample-ratio.ts';

/** Minutes until requests, in sessions of `session`, are found to be shared out otherwise than the weight says. */
function minutesUntil(
  name: string,
  share: number,
  weight: number,
  { within = 240, session = 1 } = {},
): number {
  const random = randomOf(name);
  let logs = noSampleRatio;
  for (let at = 1; at <= 4 * within; at += 1) {
    const sessions = random.poisson(1_500 / session);
    const canary = session * random.binomial(sessions, share);
    logs = withRequests(logs, { canary, stable: session * sessions - canary }, { weight });
    if (isMismatch(logs)) return at / 4;
  }
  return Infinity;
}

test('a share a tenth off or less is never a mismatch, also where requests come by sessions', () => {
  for (const weight of [0.01, 0.05, 0.5, 0.95]) {
    for (const off of [0.95, 1, 1.03]) {
      expect(minutesUntil(`as it should be ${String(weight)} ${String(off)}`, off * weight, weight)).toBe(
        Infinity,
      );
    }
    expect(minutesUntil(`sessions ${String(weight)}`, weight, weight, { session: 4 })).toBe(Infinity);
  }
});

test('twice or half the share is found within minutes', () => {
  for (const weight of [0.05, 0.25]) {
    expect(minutesUntil('twice', 2 * weight, weight)).toBeLessThan(5);
    expect(minutesUntil('half', weight / 2, weight)).toBeLessThan(5);
  }
  expect(minutesUntil('all to stable', 0, 0.05)).toBeLessThan(5);
});

test('a mismatch that ends is made good within minutes', () => {
  const random = randomOf('made good');
  let logs = noSampleRatio;
  const add = (share: number): void => {
    const canary = random.binomial(1_500, share);
    logs = withRequests(logs, { canary, stable: 1_500 - canary }, { weight: 0.05 });
  };
  for (let at = 0; at < 240; at += 1) add(0.15);
  expect(isMismatch(logs)).toBe(true);
  for (let at = 0; at < 40; at += 1) add(0.05);
  expect(isMismatch(logs)).toBe(false);
});

test('no requests tell nothing', () => {
  const logs = withRequests(noSampleRatio, { canary: 0, stable: 0 }, { weight: 0.05 });
  expect(logs).toEqual(noSampleRatio);
  expect(isMismatch(logs)).toBe(false);
});
