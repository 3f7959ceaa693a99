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
      /^5 copies of stable differ by 2\.\d+ over a minute, and lastingly by 0(\.\d+)?; fewer than 10 copies show that only roughly$/,
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
