import { describe, expect, test } from 'vitest';
import { randomOf } from '../../../src/domain/random.ts';
import type { Reading } from '../../../src/judge/samples.ts';
import { gaugeNoise, held, hour, judged, minute, values } from './comparing.ts';

const margins = { failAbove: 1.025, passBelow: 1.05 };
const known = held('gauge', { ...margins, noise: { gauge: gaugeNoise } });

describe('a gauge', () => {
  test('whose noise is not known never passes and never fails, however long and whatever it shows', () => {
    const random = randomOf('unknown');
    for (const ratio of [0.5, 1, 3]) {
      const { verdict } = judged(held('gauge', margins), 8 * hour, () => values(random, { ratio }));
      expect(verdict).toMatchObject({
        kind: 'inconclusive',
        because: expect.stringMatching(
          /^gauge: mean [\d.]+ against stable's [\d.]+: its noise is not known \(set noise\.sd\)$/,
        ) as string,
      });
    }
  });

  test('needs five minutes before any verdict', () => {
    const random = randomOf('five minutes');
    const { verdict } = judged(known, 4 * minute + 3, () => values(random, { ratio: 2 }));
    expect(verdict).toMatchObject({
      kind: 'no-signal',
      because: 'gauge: 4 of the 5 minutes that a verdict needs',
    });
  });

  test('that is a quarter above stable takes the canary back, and says so', () => {
    const random = randomOf('a quarter above');
    const { verdict } = judged(known, 20 * minute, () => values(random, { ratio: 1.25 }));
    expect(verdict).toMatchObject({
      kind: 'fail',
      because: expect.stringMatching(
        /^gauge: 1\.2\d? × stable's \(at least 1\.[01]\d? × with 99% confidence\): mean 12\.\d+ against \d+\.\d+ over 20 minutes$/,
      ) as string,
    });
  });

  test('that is as stable passes, and sooner where less noise is known', () => {
    const random = randomOf('as stable');
    const { verdict } = judged(known, 4 * hour, () => values(random, {}));
    expect(verdict).toMatchObject({
      kind: 'pass',
      because: expect.stringContaining(
        "× stable's, shown to be below 1.05 × with 95% confidence: mean",
      ) as string,
    });
    const noisy = held('gauge', { ...margins, noise: { gauge: { sd: 30, lasting: 0 } } });
    expect(judged(noisy, 4 * hour, () => values(random, {})).verdict.kind).toBe('inconclusive');
  });

  test('that copies differ in for as long as they live shows no difference of that size', () => {
    const random = randomOf('lasting');
    const lasting = held('gauge', { ...margins, noise: { gauge: { ...gaugeNoise, lasting: 2 } } });
    expect(judged(lasting, 8 * hour, () => values(random, { ratio: 1.25 })).verdict.kind).toBe(
      'inconclusive',
    );
    expect(judged(known, 8 * hour, () => values(random, { ratio: 1.25 })).verdict.kind).toBe('fail');
  });

  test('is told by no single minute, however far it lies from all others', () => {
    const random = randomOf('one minute');
    const { verdict } = judged(known, hour, (at) =>
      at === 30 * minute
        ? [
            { value: 1e9, n: 1 },
            { value: 10, n: 1 },
          ]
        : values(random, {}),
    );
    expect(verdict.kind).not.toBe('fail');
  });

  test('of a stable at or below 0 has no multiple to compare with', () => {
    const random = randomOf('below 0');
    for (const level of [0, -5]) {
      const reading = (value: number): Reading => ({ value, n: 1 });
      const { verdict } = judged(known, hour, () => [reading(1 + random.uniform()), reading(level)]);
      expect(verdict).toMatchObject({
        kind: 'inconclusive',
        because: expect.stringContaining('of which there is no multiple to compare with') as string,
      });
    }
  });
});
