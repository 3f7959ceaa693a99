import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  geometric,
  harm,
  logEvidence,
  nonInferiority,
  type Counts,
} from '../../../src/judge/sequential/rate-ratio.ts';

const few = fc.integer({ min: 0, max: 50 });
const many = fc.integer({ min: 0, max: 10_000 });
const counts: fc.Arbitrary<Counts> = fc.record({
  canaryEvents: few,
  canaryExposure: many,
  stableEvents: few,
  stableExposure: many,
});

function sum(all: readonly Counts[]): Counts {
  const total = (what: keyof Counts): number => all.reduce((so, one) => so + one[what], 0);
  return {
    canaryEvents: total('canaryEvents'),
    canaryExposure: total('canaryExposure'),
    stableEvents: total('stableEvents'),
    stableExposure: total('stableExposure'),
  };
}

/** A small generator with a seed (Vigna, splitmix32): uniform in [0, 1). */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let z = state ^ (state >>> 16);
    z = Math.imul(z, 0x21f0aaad);
    z ^= z >>> 15;
    z = Math.imul(z, 0x735a2d97);
    return ((z ^ (z >>> 15)) >>> 0) / 2 ** 32;
  };
}

function poisson(mean: number, uniform: () => number): number {
  const end = Math.exp(-mean);
  let events = 0;
  for (let product = uniform(); product > end; product *= uniform()) events += 1;
  return events;
}

test('a geometric row has its ends and equal steps', () => {
  const [first, second, third, ...rest] = geometric(2, 32, 5);
  expect([first, second, third, ...rest].map((value) => Math.round((value ?? 0) * 1e9) / 1e9)).toEqual([
    2, 4, 8, 16, 32,
  ]);
});

describe('the evidence', () => {
  test('does not ask in which order or in how many pieces the counts of one share came', () => {
    fc.assert(
      fc.property(fc.array(counts, { maxLength: 20 }), fc.integer({ min: 1, max: 99 }), (all, share) => {
        // Of one share: where shares differ, each stretch is held against its own.
        const alike = all.map((one) => ({
          ...one,
          canaryExposure: share * one.stableEvents,
          stableExposure: (100 - share) * one.stableEvents,
        }));
        const useful = alike.filter(({ stableExposure }) => stableExposure > 0);
        const whole = logEvidence(harm(1.25), useful.length === 0 ? [] : [sum(useful)], 1);
        expect(logEvidence(harm(1.25), [...alike].reverse(), 1)).toBeCloseTo(
          logEvidence(harm(1.25), alike, 1),
          6,
        );
        expect(logEvidence(harm(1.25), useful, 1)).toBeCloseTo(whole, 6);
      }),
    );
  });

  test('is none where there was no event or an arm had no traffic', () => {
    fc.assert(
      fc.property(counts, (some) => {
        const idle = [
          { ...some, canaryEvents: 0, stableEvents: 0 },
          { ...some, canaryExposure: 0 },
          { ...some, stableExposure: 0 },
        ];
        expect(logEvidence(harm(1), idle, 1)).toBe(0);
        expect(logEvidence(nonInferiority(1.5), idle, 1)).toBe(0);
      }),
    );
  });

  test('of harm grows with each event of the canary, and that of non-inferiority shrinks', () => {
    fc.assert(
      fc.property(counts, fc.double({ min: 1, max: 20, noNaN: true }), (some, dispersion) => {
        fc.pre(some.canaryExposure > 0 && some.stableExposure > 0 && some.stableEvents > 0);
        const more = { ...some, canaryEvents: some.canaryEvents + 1 };
        expect(logEvidence(harm(1.25), [more], dispersion)).toBeGreaterThan(
          logEvidence(harm(1.25), [some], dispersion),
        );
        expect(logEvidence(nonInferiority(1.5), [more], dispersion)).toBeLessThan(
          logEvidence(nonInferiority(1.5), [some], dispersion),
        );
      }),
    );
  });

  test.each([
    { name: 'harm', question: harm(1.25), ratio: 1.25 },
    { name: 'non-inferiority', question: nonInferiority(1.5), ratio: 1.5 },
  ])('of $name is looked at after each tick for hours, and misleads as seldom as promised', (one) => {
    const uniform = random(20_261_124);
    const alpha = 0.05;
    const runs = 400;
    let alarms = 0;
    for (let run = 0; run < runs; run += 1) {
      let alarmed = false;
      const ticks: Counts[] = [];
      for (let tick = 0; tick < 120; tick += 1) {
        ticks.push({
          canaryEvents: poisson(0.5 * one.ratio, uniform),
          canaryExposure: 100,
          stableEvents: poisson(9.5, uniform),
          stableExposure: 1_900,
        });
        alarmed ||= logEvidence(one.question, [sum(ticks)], 1) >= Math.log(1 / alpha);
      }
      if (alarmed) alarms += 1;
    }
    // At the boundary, three standard errors above what is promised.
    expect(alarms / runs).toBeLessThan(alpha + 3 * Math.sqrt((alpha * (1 - alpha)) / runs));
  });

  test('finds three times the errors in about the time that is known for it', () => {
    const uniform = random(7);
    const found = Array.from({ length: 200 }, () => {
      const ticks: Counts[] = [];
      for (;;) {
        ticks.push({
          canaryEvents: poisson(0.375 * 3, uniform),
          canaryExposure: 75,
          stableEvents: poisson(7.125, uniform),
          stableExposure: 1_425,
        });
        if (logEvidence(harm(1), [sum(ticks)], 1) >= Math.log(100)) return ticks.length / 4;
      }
    }).sort((a, b) => a - b);
    const median = found[100] ?? Infinity;
    expect(median).toBeGreaterThan(2.5);
    expect(median).toBeLessThan(4.5);
  });
});
