import { describe, expect, test } from 'vitest';
import { randomOf } from '../../../src/domain/random.ts';
import {
  gaugeEvidence,
  gaugeRatio,
  noGauge,
  withValues,
  type GaugeState,
} from '../../../src/judge/sequential/gauge.ts';

const margins = { failAbove: 1.025, passBelow: 1.05 };

function after(minutes: number, next: () => { canary: number; stable: number }, length = 60_000): GaugeState {
  let state = noGauge;
  for (let at = 0; at < minutes * (60_000 / length); at += 1)
    state = withValues(state, next(), length, margins, 1);
  return state;
}

describe('the evidence of a gauge', () => {
  test.each([0, 0.3])(
    'misleads as seldom as promised in three hours of looks, also where copies differ by %d',
    (lasting) => {
      const random = randomOf(`gauge alarms ${String(lasting)}`);
      const [alpha, runs] = [0.05, 400];
      let alarms = 0;
      for (let run = 0; run < runs; run += 1) {
        const level = lasting * random.normal();
        let sum = 0;
        for (let n = 1; n <= 180; n += 1) {
          sum += level + random.normal();
          if (gaugeEvidence(sum, n, lasting) < 1 / alpha) continue;
          alarms += 1;
          break;
        }
      }
      expect(alarms / runs).toBeLessThan(alpha + 3 * Math.sqrt((alpha * (1 - alpha)) / runs));
    },
  );

  test('is none before five minutes, however far the canary is', () => {
    expect(gaugeEvidence(20, 4, 0)).toBe(1);
    expect(gaugeEvidence(25, 5, 0)).toBeGreaterThan(1_000);
  });
});

test('the bound of the ratio lies below the true one in 99% of hours at any moment', () => {
  const random = randomOf('gauge bound');
  const runs = 200;
  let missed = 0;
  for (let run = 0; run < runs; run += 1) {
    let state = noGauge;
    let isMissed = false;
    for (let at = 0; at < 60; at += 1) {
      state = withValues(state, { canary: 12 + random.normal(), stable: 10 }, 60_000, margins, 1);
      isMissed ||= at > 5 && gaugeRatio(state, { sd: 1, lasting: 0 }, 0.01).lower > 1.2;
    }
    if (isMissed) missed += 1;
    expect(gaugeRatio(state, { sd: 1, lasting: 0 }, 0.01).lower).toBeGreaterThan(1.1);
  }
  expect(missed / runs).toBeLessThanOrEqual(0.01 + 3 * Math.sqrt(0.0099 / runs));
});

test('values are weighted by how long they stood, and a minute is what is looked at', () => {
  let state = after(10, () => ({ canary: 11, stable: 10 }), 7_500);
  expect(state).toMatchObject({ minutes: 10, canary: 110, stable: 100 });
  state = withValues(state, { canary: 30, stable: 10 }, 15_000, margins, 1);
  expect(state.minutes).toBe(10);
  state = withValues(state, { canary: 10, stable: 10 }, 45_000, margins, 1);
  expect(state).toMatchObject({ minutes: 11, canary: 125, stable: 110 });
});

test('a minute tells no more than five standard deviations of harm', () => {
  const far = after(6, () => ({ canary: 1e6, stable: 10 }));
  const near = after(6, () => ({ canary: 10.25 + 5, stable: 10 }));
  expect(far.above).toBeCloseTo(near.above, 6);
});
