import { describe, expect, test } from 'vitest';
import { randomOf, type Random } from '../../../src/domain/random.ts';
import { gaugeNoiseOf } from '../../../src/judge/sequential/calibrate-gauge.ts';
import { noiseOf } from '../../../src/judge/sequential/calibrate.ts';
import type { Counts } from '../../../src/judge/sequential/rate-ratio.ts';

const day = 1_440;

/** A day of one copy of ten at a hundred requests a second, 1% errors, by the minute; `factor` is its rate's. */
function placebo(
  random: Random,
  { factor = () => 1, by = 1 }: { factor?: (minute: number) => number; by?: number },
): Counts[] {
  return Array.from({ length: day }, (_, minute) => ({
    canaryEvents: by * random.poisson((6 * factor(minute)) / by),
    canaryExposure: 600,
    stableEvents: by * random.poisson(54 / by),
    stableExposure: 5_400,
  }));
}

const copies = 10;
const all = (one: () => Counts[]): Counts[][] => Array.from({ length: copies }, one);

describe("the noise of stable's past", () => {
  test('of independent events is none', () => {
    for (const seed of ['a', 'b', 'c', 'd', 'e']) {
      const random = randomOf(`independent ${seed}`);
      const { dispersion, wander } = noiseOf(
        all(() => placebo(random, {})),
        1,
      );
      expect(dispersion).toBeGreaterThanOrEqual(1);
      expect(dispersion).toBeLessThan(1.1);
      expect(wander.sd).toBeLessThan(0.1);
    }
  });

  test('of errors that come by threes is a dispersion of about 3', () => {
    const random = randomOf('by threes');
    const { dispersion, wander } = noiseOf(
      all(() => placebo(random, { by: 3 })),
      1,
    );
    expect(dispersion).toBeGreaterThan(2.6);
    expect(dispersion).toBeLessThan(3.4);
    expect(wander.sd).toBeLessThan(0.15);
  });

  test.each([
    { sd: 0.3, minutes: 10 },
    { sd: 0.3, minutes: 30 },
    { sd: 0.5, minutes: 120 },
  ])(
    'of copies that wander by $sd for $minutes minutes is near that, and not below it',
    ({ sd, minutes }) => {
      const random = randomOf(`wander ${String(sd)} ${String(minutes)}`);
      const stays = Math.exp(-1 / minutes);
      const found = noiseOf(
        all(() => {
          let place = sd * random.normal();
          const factor = () => {
            place = stays * place + sd * Math.sqrt(1 - stays * stays) * random.normal();
            return Math.exp(place - (sd * sd) / 2);
          };
          return placebo(random, { factor });
        }),
        1,
      );
      expect(found.dispersion).toBeLessThan(1.3);
      expect(found.wander.sd).toBeGreaterThan(0.85 * sd);
      expect(found.wander.sd).toBeLessThan(2 * sd);
      expect(found.wander.minutes).toBeGreaterThan(minutes / 4);
      expect(found.wander.minutes).toBeLessThan(minutes * 6);
    },
  );

  test('of copies that are better or worse for good lasts', () => {
    const random = randomOf('for good');
    const { wander } = noiseOf(
      all(() => {
        const factor = Math.exp(0.2 * random.normal());
        return placebo(random, { factor: () => factor });
      }),
      1,
    );
    expect(wander.sd).toBeGreaterThan(0.12);
    expect(wander.sd).toBeLessThan(0.5);
    expect(wander.minutes).toBeGreaterThanOrEqual(600);
  });

  test('that has no events, or is none at all, is none', () => {
    const none = { dispersion: 1, wander: { sd: 0, minutes: 1 } };
    const empty: Counts = { canaryEvents: 0, canaryExposure: 600, stableEvents: 0, stableExposure: 5_400 };
    expect(noiseOf([], 1)).toEqual(none);
    expect(noiseOf([Array.from({ length: day }, () => empty)], 1)).toEqual(none);
  });
});

describe("the noise of a gauge's past", () => {
  const series = (
    random: Random,
    { stays = 0, lasting = 0 }: { stays?: number; lasting?: number },
  ): number[][] =>
    Array.from({ length: 20 }, () => {
      const level = lasting * random.normal();
      let place = random.normal();
      return Array.from({ length: day }, () => {
        place = stays * place + Math.sqrt(1 - stays * stays) * random.normal();
        return level + place;
      });
    });

  test('of independent minutes is their standard deviation', () => {
    const { sd, lasting } = gaugeNoiseOf(series(randomOf('gauge'), {}));
    expect(sd).toBeGreaterThan(0.95);
    expect(sd).toBeLessThan(1.15);
    expect(lasting).toBeLessThan(0.05);
  });

  test('of minutes that hang together is that of a long run', () => {
    const { sd } = gaugeNoiseOf(series(randomOf('hanging together'), { stays: 0.8 }));
    // √((1 + 0.8) / (1 - 0.8)) = 3
    expect(sd).toBeGreaterThan(2.6);
    expect(sd).toBeLessThan(3.6);
  });

  test('of copies that differ for good is told apart from that of the minutes', () => {
    const { sd, lasting } = gaugeNoiseOf(series(randomOf('differing'), { lasting: 0.5 }));
    expect(sd).toBeGreaterThan(0.9);
    expect(sd).toBeLessThan(1.5);
    expect(lasting).toBeGreaterThan(0.35);
    expect(lasting).toBeLessThan(1);
  });
});
