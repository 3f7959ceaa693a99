import { describe, expect, test } from 'vitest';
import { gaugeComparing } from '../../../src/judge/compared/gauge.ts';
import { calibrationOf, type Past } from '../../../src/judge/compared/calibration.ts';
import { randomOf } from '../../../src/domain/random.ts';

const day = 1_440;
const copies = 5;

/** A day of copies with 600 requests a minute each. */
function days<Minute>(minute: () => Minute): Minute[][] {
  return Array.from({ length: copies }, () => Array.from({ length: day }, minute));
}

describe("what stable's past says", () => {
  test('of errors that come by threes is a dispersion of three', () => {
    const random = randomOf('by threes');
    const { noise, said } = calibrationOf({
      kind: 'rate',
      copies: days(() => ({ events: 3 * random.poisson(2), total: 600 })),
    });
    expect(noise?.counts?.dispersion).toBeGreaterThan(2.5);
    expect(noise?.counts?.dispersion).toBeLessThan(3.5);
    expect(said).toMatch(
      /^43,\d{3} of 4,320,000 \(1\.?\d*%\) in 5 copies of stable; dispersion [23](\.\d+)?$/,
    );
  });

  test.each([
    [0.5, 10],
    [0.4, 120],
  ])('of copies that stray by %d for %i minutes is that a comparison must leave room', (sd, memory) => {
    const random = randomOf(`stray ${String(sd)}`);
    const copies = Array.from({ length: 20 }, () => {
      const kept = Math.exp(-1 / memory);
      let place = random.normal();
      return Array.from({ length: day }, () => {
        place = kept * place + Math.sqrt(1 - kept ** 2) * random.normal();
        return { events: random.poisson(6 * Math.exp(sd * place)), total: 600 };
      });
    });
    const { noise, said } = calibrationOf({ kind: 'rate', copies });
    expect(noise).toMatchObject({ leastFailAbove: 1.25 });
    expect(said).toMatch(/strays by [\d.]+% over \d+ minutes, so failAbove is at least 1\.25$/);
    const slower = copies.map((copy) => copy.map(({ events, total }) => ({ slower: [events], total })));
    expect(calibrationOf({ kind: 'latency', bounds: [100], copies: slower }).noise).toMatchObject({
      leastFailAbove: 1.25,
    });
  });

  test('of copies that are alike, or good and bad by the minute, is no more than their noise', () => {
    const random = randomOf('alike');
    const alike = calibrationOf({
      kind: 'rate',
      copies: days(() => ({ events: random.poisson(6), total: 600 })),
    });
    expect(alike.noise).not.toHaveProperty('leastFailAbove');
    const byTheMinute = days(() => ({ events: random.poisson(6 * random.gamma(2)), total: 600 }));
    expect(calibrationOf({ kind: 'rate', copies: byTheMinute }).noise).not.toHaveProperty('leastFailAbove');
  });

  test('of how long requests take is a noise for each bound', () => {
    const random = randomOf('slow');
    const { noise, said } = calibrationOf({
      kind: 'latency',
      bounds: [100, 500],
      copies: days(() => ({ slower: [random.poisson(60), random.poisson(6)], total: 600 })),
    });
    expect(noise?.bounds).toMatchObject([
      { above: 100, noise: { wander: { sd: 0 } } },
      { above: 500, noise: { wander: { sd: 0 } } },
    ]);
    expect(said).toMatch(/^watched are 100ms dispersion 1(\.\d+)?, 500ms dispersion 1(\.\d+)?$/);
  });

  test('of a gauge is by how much copies differ', () => {
    const random = randomOf('memory');
    const { noise, said } = calibrationOf({ kind: 'gauge', copies: days(() => 100 + 2 * random.normal()) });
    // One copy against the mean of four: 2 × √(1 + 1/4).
    expect(noise?.gauge?.sd).toBeGreaterThan(2);
    expect(noise?.gauge?.sd).toBeLessThan(2.6);
    expect(said).toMatch(
      /^5 copies of stable differ by 2\.\d+ over a minute, and lastingly by up to 1\.\d+; fewer than 20 copies do not show what else they may differ by, so only large differences count as harm$/,
    );
  });

  test.each([1_439, 1_440, 200])(
    'of copies that differ for good, over %i minutes, is that they do',
    (length) => {
      const random = randomOf(`for good ${String(length)}`);
      const gauges = Array.from({ length: 20 }, () => {
        const level = 100 + 5 * random.normal();
        return Array.from({ length }, () => level + random.normal());
      });
      const gauge = calibrationOf({ kind: 'gauge', copies: gauges }).noise?.gauge;
      expect(gauge?.lasting).toBeGreaterThan(4);
      expect(gauge?.lasting).toBeLessThan(10);
      expect(gauge?.sd).toBeLessThan(1.3);
      const rates = Array.from({ length: 20 }, () => {
        const times = Math.exp(0.3 * random.normal());
        return Array.from({ length }, () => ({ events: random.poisson(6 * times), total: 600 }));
      });
      const noise = calibrationOf({ kind: 'rate', copies: rates }).noise?.counts;
      expect(noise?.wander.sd).toBeGreaterThan(0.2);
      expect(noise?.wander.minutes).toBeGreaterThanOrEqual(length / 2);
    },
  );

  test('of a gauge with rare, long bursts is a noise under which none of its copies would have failed', () => {
    const random = randomOf('bursts');
    const copies = Array.from({ length: 60 }, () => {
      const bursts = random.uniform() < 0.1 ? 300 : 3;
      const from = Math.floor(random.uniform() * 1_000);
      return Array.from({ length: 1_439 }, (_, at) => {
        const isBusy = at >= from && at < from + bursts;
        return 5 + (isBusy ? 60 : 0) + random.normal();
      });
    });
    const noise = calibrationOf({ kind: 'gauge', copies }).noise ?? {};
    const failed = copies.filter((copy) => {
      const judged = gaugeComparing({ failAbove: 1, passBelow: 1.5, noise }, null);
      return copy.some((value, at) => {
        const stable = copies.reduce((sum, other) => sum + (other[at] ?? 0), 0) / copies.length;
        judged.add({ value, n: 1 }, { value: stable, n: 1 }, 60_000);
        return judged.harm() >= 100;
      });
    });
    expect(failed).toHaveLength(0);
  });

  test.each([2, 3, 5, 10])(
    'of %i copies of a gauge, some of which are busy for hours, takes hardly any back',
    (few) => {
      const random = randomOf(`few busy ${String(few)}`);
      /** One in six is busy from some time on, for longer than anybody looks. */
      const gauge = (): number[] => {
        const from = random.uniform() < 1 / 6 ? Math.floor(random.uniform() * 960) - 480 : Infinity;
        let wave = 0;
        return Array.from({ length: 960 }, (_, at) => {
          wave = 0.95 * wave + random.normal();
          return 40 + 3 * wave + (at >= from ? 20 : 0);
        });
      };
      const runs = 200;
      let [known, takenBack] = [0, 0];
      for (let run = 0; run < runs; run += 1) {
        const canary = gauge();
        const copies = Array.from({ length: few }, gauge);
        const { noise } = calibrationOf({ kind: 'gauge', copies: copies.map((copy) => copy.slice(0, 480)) });
        if (noise === null) continue;
        known += 1;
        const judging = gaugeComparing({ failAbove: 1.025, passBelow: 1.5, noise }, null);
        for (let at = 480; at < 960 && judging.harm() < 100; at += 1) {
          const stable = copies.reduce((sum, copy) => sum + (copy[at] ?? 0), 0) / few;
          judging.add({ value: canary[at] ?? 0, n: 1 }, { value: stable, n: 1 }, 60_000);
        }
        if (judging.harm() >= 100) takenBack += 1;
      }
      expect(known).toBeGreaterThan(runs / 2);
      expect(takenBack).toBeLessThanOrEqual(0.02 * runs);
    },
  );

  test('also where copies come and go', () => {
    const random = randomOf('come and go');
    const lives = days(() => ({ events: random.poisson(6), total: 600 })).map((copy, at) =>
      copy.map((minute, time) => (at === 0 || (time / day) * copies > at ? minute : null)),
    );
    const { noise } = calibrationOf({ kind: 'rate', copies: lives });
    expect(noise?.counts?.dispersion).toBeLessThan(1.1);
  });

  test.each<[string, Past, RegExp]>([
    [
      'of one copy',
      { kind: 'rate', copies: [Array.from({ length: day }, () => ({ events: 1, total: 9 }))] },
      /^too little is known of the past: 1 copy of stable over 1,440 minutes$/,
    ],
    [
      'of an hour',
      { kind: 'gauge', copies: [Array(60).fill(1) as number[], Array(60).fill(2) as number[]] },
      /^too little is known of the past: 2 copies of stable over 60 minutes$/,
    ],
    ['of nothing', { kind: 'rate', copies: [] }, /^too little is known of the past: 0 copies of stable/],
    [
      'of a gauge that never differs',
      { kind: 'gauge', copies: days(() => 7) },
      /^its copies never differed, so nothing tells noise from harm$/,
    ],
  ])('%s is nothing', (_, past, said) => {
    const found = calibrationOf(past);
    expect(found.noise).toBeNull();
    expect(found.said).toMatch(said);
  });
});
