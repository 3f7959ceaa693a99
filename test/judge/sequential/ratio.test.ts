import { describe, expect, test } from 'vitest';
import { randomOf, type Random } from '../../../src/domain/random.ts';
import { calm, type Noise } from '../../../src/judge/sequential/noise.ts';
import type { Counts } from '../../../src/judge/sequential/rate-ratio.ts';
import { onset, ratioTest, type Margins } from '../../../src/judge/sequential/ratio-test.ts';
import { ratioOf, type Ratio } from '../../../src/judge/sequential/ratio.ts';

const every = 15_000;
const usual: Margins = { failAbove: 1.25, passBelow: 1.5 };

/** Independent errors at a hundred requests a second, 5% of them the canary's; 0.5% of stable's are errors. */
function tick(random: Random, ratio: number, share = 0.05): Counts {
  return {
    canaryEvents: random.poisson(7.5 * share * ratio),
    canaryExposure: 1_500 * share,
    stableEvents: random.poisson(7.5 * (1 - share)),
    stableExposure: 1_500 * (1 - share),
  };
}

/** The share of the runs in which something is so after any tick. */
function ever(
  runs: number,
  ticks: number,
  { make, draw, is }: { make: () => Ratio; draw: (at: number) => Counts; is: (ratio: Ratio) => boolean },
): number {
  let so = 0;
  for (let run = 0; run < runs; run += 1) {
    const ratio = make();
    for (let at = 0; at < ticks; at += 1) {
      ratio.add(draw(at), every);
      if (!is(ratio)) continue;
      so += 1;
      break;
    }
  }
  return so / runs;
}

/** Three standard errors above what is promised. */
function atMost(promised: number, runs: number): number {
  return promised + 3 * Math.sqrt((promised * (1 - promised)) / runs);
}

/** An Ornstein and Uhlenbeck process, as the logarithm of the canary's rate against stable's. */
function wandering(random: Random, { sd, minutes }: Noise['wander']): () => number {
  const stays = Math.exp(-every / (minutes * 60_000));
  let place = sd * random.normal();
  return () => {
    place = stays * place + sd * Math.sqrt(1 - stays * stays) * random.normal();
    return Math.exp(place - (sd * sd) / 2);
  };
}

describe('looked at after each tick for two hours', () => {
  const [runs, ticks] = [300, 480];

  test.each([
    { name: 'what is known is calm', noise: calm },
    { name: 'nothing known', noise: null },
  ])(
    'a canary that is as bad as failAbove allows fails in 1% of rollouts at most, with $name',
    ({ name, noise }) => {
      const random = randomOf(`false alarms ${name}`);
      const make = () => ratioOf(usual, noise, null);
      const alarms = ever(runs, ticks, {
        make,
        draw: () => tick(random, 1.25),
        is: (ratio) => ratio.harm() >= 100,
      });
      expect(alarms).toBeLessThanOrEqual(atMost(0.01, runs));
      const clean = ever(runs, ticks, {
        make,
        draw: () => tick(random, 1),
        is: (ratio) => ratio.harm() >= 100,
      });
      expect(clean).toBeLessThanOrEqual(0.01);
    },
  );

  test('a canary that is as bad as passBelow passes in 5% of rollouts at most', () => {
    const random = randomOf('false passes');
    const passes = ever(runs, ticks, {
      make: () => ratioOf(usual, calm, null),
      draw: () => tick(random, 1.5),
      is: (ratio) => ratio.pass() >= 20,
    });
    expect(passes).toBeLessThanOrEqual(atMost(0.05, runs));
  });

  test('a canary whose rate wanders as is known fails and passes wrongly no more often', () => {
    const noise: Noise = { dispersion: 1, wander: { sd: 0.5, minutes: 30 } };
    const random = randomOf('wander');
    const share = (is: (ratio: Ratio) => boolean, margin: number, known: Noise): number => {
      let wander = wandering(random, noise.wander);
      return ever(150, ticks, {
        make: () => {
          wander = wandering(random, noise.wander);
          return ratioOf(usual, known, null);
        },
        draw: () => tick(random, margin * wander()),
        is,
      });
    };
    expect(share((ratio) => ratio.harm() >= 100, 1.25, noise)).toBeLessThanOrEqual(atMost(0.01, 150));
    expect(share((ratio) => ratio.pass() >= 20, 1.5, noise)).toBeLessThanOrEqual(atMost(0.05, 150));
    // What would be believed of a calm world: the wander is why the past is asked.
    expect(share((ratio) => ratio.harm() >= 100, 1.25, calm)).toBeGreaterThan(0.05);
  });

  test('errors that come by threes raise no alarm where it is known', () => {
    const random = randomOf('batches');
    const batches = (): Counts => {
      const counts = tick(random, 1 / 3);
      return { ...counts, canaryEvents: 3 * counts.canaryEvents, stableEvents: 3 * random.poisson(2.375) };
    };
    const alarms = (dispersion: number): number =>
      ever(runs, ticks, {
        make: () => ratioOf({ failAbove: 1, passBelow: 1.5 }, { ...calm, dispersion }, null),
        draw: batches,
        is: (ratio) => ratio.harm() >= 100,
      });
    expect(alarms(3)).toBeLessThanOrEqual(atMost(0.01, runs));
    expect(alarms(1)).toBeGreaterThan(0.05);
  });
});

describe('the bounds of the ratio', () => {
  const margins: Margins[] = [
    usual,
    { failAbove: 1, passBelow: 1.5 },
    { failAbove: 1, passBelow: 3 },
    { failAbove: 1.4, passBelow: 1.5 },
  ];

  test.each(margins.flatMap((one) => [0.5, 1, 3].map((ratio) => ({ ...one, ratio }))))(
    'hold the true one of $ratio in 99% of hours, with margins of $failAbove and $passBelow',
    ({ ratio: truth, ...one }) => {
      const random = randomOf(`bounds ${JSON.stringify(one)} ${String(truth)}`);
      const runs = 100;
      const weights = [0.01, 0.05, 0.25];
      let missed = 0;
      for (let run = 0; run < runs; run += 1) {
        const ratio = ratioOf(one, calm, null);
        for (let at = 0; at < 240; at += 1)
          ratio.add(tick(random, truth, weights[Math.floor(at / 80)]), every);
        const { lower, upper } = ratio.bounds(0.01);
        if (truth < lower || truth > upper) missed += 1;
      }
      expect(missed / runs).toBeLessThanOrEqual(atMost(0.01, runs));
    },
  );

  test('hold it at any moment of two hours', () => {
    const random = randomOf('any moment');
    const missed = ever(200, 480, {
      make: () => ratioOf(usual, calm, null),
      draw: () => tick(random, 1),
      is: (ratio) => {
        const { lower, upper } = ratio.bounds(0.05);
        return 1 < lower || 1 > upper;
      },
    });
    expect(missed).toBeLessThanOrEqual(atMost(0.05, 200));
  });

  test('come closer with each hour, and know nothing at first', () => {
    const random = randomOf('closer');
    const ratio = ratioOf(usual, calm, null);
    expect(ratio.bounds(0.01)).toEqual({ lower: 0, upper: Infinity });
    const widths = [1, 2, 3].map(() => {
      for (let at = 0; at < 240; at += 1) ratio.add(tick(random, 1), every);
      const { lower, upper } = ratio.bounds(0.01);
      return upper - lower;
    });
    expect(widths[0]).toBeLessThan(2);
    expect(widths.toSorted((a, b) => b - a)).toEqual(widths);
  });
});

describe('harm', () => {
  test('may begin in any minute: the shares of all that may come add up to at most 1', () => {
    for (const length of [1_000, 15_000, 60_000, 100_000, 600_000]) {
      let sum = 0;
      for (let from = 0; from < 90 * 86_400_000 && from < 1e6 * length; from += length)
        sum += onset(from, length);
      expect(sum).toBeLessThanOrEqual(1);
      expect(sum).toBeGreaterThan(0.99);
    }
  });

  test('is looked for by shares that add up to 1, above failAbove', () => {
    for (const failAbove of [1, 1.25, 4]) {
      for (const sd of [0, 0.05, 0.5, 2]) {
        const { harm } = ratioTest(
          { failAbove, passBelow: 1.5 },
          { dispersion: 1, wander: { sd, minutes: 30 } },
        );
        expect(harm.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1, 9);
        for (const { ratio } of harm) expect(ratio).toBeGreaterThan(failAbove);
      }
    }
  });
});

describe('what is carried', () => {
  test.each([
    ['calm', calm],
    ['a wander', { dispersion: 1.5, wander: { sd: 0.2, minutes: 30 } }],
    ['nothing known', null],
  ])('by %s says after each tick what was said before it was written', (_, noise) => {
    const random = randomOf('carried');
    let ratio = ratioOf(usual, noise, null);
    const whole = ratioOf(usual, noise, null);
    for (let at = 0; at < 200; at += 1) {
      const counts = tick(random, 2);
      ratio.add(counts, every);
      whole.add(counts, every);
      ratio = ratioOf(usual, noise, JSON.parse(JSON.stringify(ratio.state())) as ReturnType<Ratio['state']>);
      expect([ratio.harm(), ratio.pass(), ratio.dispersion()]).toEqual([
        whole.harm(),
        whole.pass(),
        whole.dispersion(),
      ]);
    }
    expect(ratio.state()).toEqual(whole.state());
  });

  test('for another noise is not read as if it were for this one: the evidence begins anew, the counts go on', () => {
    const random = randomOf('another shape');
    const before = ratioOf(usual, calm, null);
    for (let at = 0; at < 100; at += 1) before.add(tick(random, 3), every);
    const after = ratioOf(usual, { ...calm, wander: { sd: 0.2, minutes: 30 } }, before.state());
    expect(after.counts).toEqual(before.counts);
    expect(after.harm()).toBe(1);
  });
});
