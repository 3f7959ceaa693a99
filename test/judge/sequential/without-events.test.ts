import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { calm, type Noise } from '../../../src/judge/sequential/noise.ts';
import type { Counts } from '../../../src/judge/sequential/rate-ratio.ts';
import { slownessHarms, type Margins } from '../../../src/judge/sequential/ratio-test.ts';
import { ratioOf, type Ratio } from '../../../src/judge/sequential/ratio.ts';
import { isMismatch, noSampleRatio, withRequests } from '../../../src/judge/sequential/sample-ratio.ts';
import { dispersionOf, noDispersion, withTick } from '../../../src/judge/sequential/running-dispersion.ts';
import { randomOf } from '../../../src/domain/random.ts';

const usual: Margins = { failAbove: 1.25, passBelow: 1.5 };
const wandering: Noise = { dispersion: 1.5, wander: { sd: 0.3, minutes: 10 } };
const [second, minute, hour, day] = [1_000, 60_000, 3_600_000, 86_400_000];

/** 100 requests/s, 5% of them the canary's, `share` of them errors. */
function traffic(seed: string, share: number): () => Counts {
  const random = randomOf(seed);
  return () => ({
    canaryEvents: random.poisson(75 * share),
    canaryExposure: 75,
    stableEvents: random.poisson(1_425 * share),
    stableExposure: 1_425,
  });
}

const clean = traffic('no errors', 0);
const silent: Counts = { canaryEvents: 0, canaryExposure: 0, stableEvents: 0, stableExposure: 0 };

describe('a stretch without events raises neither harm nor pass', () => {
  test.each([
    ['without a request', silent],
    ['with requests but no error', clean()],
  ])('after ten minutes of traffic, %s for 90 days', (_, counts) => {
    const ratio = ratioOf(usual, wandering, null);
    const busy = traffic('ten minutes', 0.005);
    for (let at = 0; at < 40; at += 1) ratio.add(busy(), 15 * second);
    const [harm, pass] = [ratio.harm(), ratio.pass()];
    for (let at = 0; at < (90 * day) / (15 * second); at += 1) ratio.add(counts, 15 * second);
    expect(ratio.harm()).toBeLessThanOrEqual(harm);
    expect(ratio.pass()).toBe(pass);
  });

  test('of any length up to 90 days, after any traffic, with any noise, margins and tick', () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    const noise = fc.record({
      dispersion: fc.double({ min: 1, max: 20, noNaN: true }),
      wander: fc.record({
        sd: fc.oneof(fc.constant(0), fc.double({ min: 0.03, max: 2, noNaN: true })),
        minutes: fc.constantFrom(1, 3, 10, 30, 120, 600, 100_000),
      }),
    });
    const margins = fc.record({
      failAbove: fc.constantFrom(1, 1.1, 1.25, 2, 4),
      passBelow: fc.constantFrom(1.05, 1.25, 1.5, 3),
    });
    const counts = fc
      .tuple(fc.nat(2_000), fc.nat(30_000), share, share)
      .map(([canaryExposure, stableExposure, canary, stable]): Counts => ({
        canaryExposure,
        stableExposure,
        canaryEvents: Math.floor(canaryExposure * canary ** 8),
        stableEvents: Math.floor(stableExposure * stable ** 8),
      }));
    const tick = fc.constantFrom(second, 7 * second, 15 * second, minute, 10 * minute, hour, day);
    fc.assert(
      fc.property(
        fc.option(noise, { nil: null }),
        margins,
        fc.array(counts, { maxLength: 40 }),
        tick,
        fc.integer({ min: 1, max: 90 * day }),
        fc.boolean(),
        (known, held, before, every, length, hasRequests) => {
          const ratio = ratioOf(held, known, null, slownessHarms);
          for (const one of before) ratio.add(one, every);
          const quiet = hasRequests ? clean() : silent;
          let [harm, pass] = [ratio.harm(), ratio.pass()];
          const most = Math.min(2_000, Math.ceil(length / every));
          for (let at = 0; at < most; at += 1) {
            ratio.add(quiet, every);
            const after: [number, number] = [ratio.harm(), ratio.pass()];
            expect(after[0]).toBeLessThanOrEqual(harm);
            expect(after[1]).toBeLessThanOrEqual(pass);
            [harm, pass] = after;
          }
        },
      ),
      { numRuns: 150 },
    );
  });
});

test('three errors of stable in a day neither fail nor pass a canary that had none', () => {
  const ratio = ratioOf(usual, wandering, null);
  for (let at = 0; at < day / (15 * second); at += 1) {
    const stableEvents = at % 1_920 === 100 ? 1 : 0;
    ratio.add({ canaryEvents: 0, canaryExposure: 50, stableEvents, stableExposure: 950 }, 15 * second);
    expect(ratio.harm()).toBeLessThanOrEqual(1);
    expect(ratio.pass()).toBeLessThan(1.1);
  }
});

describe('what is rounded at every tick adds up to what was counted', () => {
  test('events that come one in a tick tell as much as the same events in one tick', () => {
    for (const share of [0.001, 0.005, 0.01, 0.05]) {
      const exposed = { canaryExposure: 1_000 * share, stableExposure: 1_000 * (1 - share) };
      const events = 4_000;
      const single = ratioOf(usual, calm, null);
      const own = Math.round(events * share);
      for (let at = 0; at < events; at += 1) {
        const isOwn = Math.floor(((at + 1) * own) / events) > Math.floor((at * own) / events);
        const [canaryEvents, stableEvents] = isOwn ? [1, 0] : [0, 1];
        single.add({ ...exposed, canaryEvents, stableEvents }, 15 * second);
      }
      const whole = ratioOf(usual, calm, null);
      whole.add({ ...exposed, canaryEvents: own, stableEvents: events - own }, 15 * second);
      const off = Math.log(single.pass() / whole.pass());
      expect(off).toBeLessThanOrEqual(0);
      expect(off).toBeGreaterThan(-0.15);
    }
  });

  test('a few requests in each tick are no mismatch where the canary gets its share of them', () => {
    let logs = noSampleRatio;
    for (let at = 0; at < 50_000; at += 1) {
      logs = withRequests(
        logs,
        { canary: at % 20 === 0 ? 1 : 0, stable: at % 20 === 0 ? 0 : 1 },
        { weight: 0.05 },
      );
      expect(isMismatch(logs)).toBe(false);
    }
  });

  test('errors that come by sixes are found to do so at a weight of 0.05%', () => {
    const random = randomOf('by sixes');
    let running = noDispersion;
    for (let at = 0; at < 60_000; at += 1) {
      const canaryEvents = 6 * random.poisson(0.001 / 6);
      const stableEvents = 6 * random.poisson(2 / 6);
      const counts = { canaryEvents, canaryExposure: 1, stableEvents, stableExposure: 1_999 };
      running = withTick(running, counts, 15 * second);
    }
    expect(dispersionOf(running)).toBeGreaterThan(3.5);
  });
});

test.each([
  {
    what: 'calm',
    noise: { ...wandering, wander: calm.wander },
    evidence: 'dEfAQfbYfetfNUfZrfpjfoGf',
    was: { harm: 1080.29, pass: 0.00679079, lower: 1.39747 },
  },
  {
    what: 'a wander',
    noise: wandering,
    evidence:
      'WBfPa1RULOGeCNAAAuMfsXnPeJzElBAArAKSf6VEOMI3DEBAAVBddflNCHvCXAAA6BtGcLfNVcNsHgD3AAAnBybfNM7F9BAAIAmC9HsUfaJ3D1AAAbBOF1L1IfFCAA6AHEWJeQjY',
    was: { harm: 59.4041, pass: 0.014799, lower: 1.03523 },
  },
])('evidence of $what that the first versions wrote is read as it was meant', ({ noise, evidence, was }) => {
  const state: ReturnType<Ratio['state']> = {
    events: [29, 144],
    exposure: [1_500, 28_500, 300_000],
    evidence,
  };
  const ratio = ratioOf(usual, noise, state);
  expect(ratio.harm()).toBeGreaterThan(0.99 * was.harm);
  expect(ratio.harm()).toBeLessThan(1.01 * was.harm);
  expect(ratio.pass() / was.pass).toBeCloseTo(1, 3);
  expect(ratio.bounds(0.01).lower).toBeCloseTo(was.lower, 2);
});
