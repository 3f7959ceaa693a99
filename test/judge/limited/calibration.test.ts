import { describe, expect, test } from 'vitest';
import { randomOf } from '../../../src/domain/random.ts';
import { withNoise } from '../../../src/judge/criteria.ts';
import { limitCalibrationOf } from '../../../src/judge/limited/calibration.ts';
import { errors, judged, of } from '../ticks.ts';

const day = 1_440;

function copies(few: number, minute: () => { events: number; total: number } | null) {
  return Array.from({ length: few }, () => Array.from({ length: day }, minute));
}

describe("what stable's past says of a limit", () => {
  test.each([
    [1, 3],
    [3, 5],
    [10, 1],
  ])('of %i copies whose errors come by %i is that they do', (few, size) => {
    const random = randomOf(`by ${String(size)}`);
    const past = copies(few, () => ({ events: size * random.poisson(2), total: 600 }));
    const { noise, said } = limitCalibrationOf({ kind: 'rate', copies: past });
    expect(noise?.dispersion).toBeGreaterThanOrEqual(Math.max(1, 0.8 * size));
    expect(noise?.dispersion).toBeLessThan(1.2 * size);
    expect(said).toMatch(
      /^[\d,]+ of [\d,]+ \([\d.]+%\) in \d+ cop(y|ies) of stable; dispersion [\d.]+ from minute to minute$/,
    );
  });

  test('is nothing of an hour, of no copy, and of a histogram without a bound at the limit', () => {
    const hour = copies(3, () => ({ events: 1, total: 60 })).map((copy) => copy.slice(0, 60));
    expect(limitCalibrationOf({ kind: 'rate', copies: hour })).toEqual({
      noise: null,
      said: 'too little is known of the past: 3 copies of stable over 60 minutes',
    });
    expect(limitCalibrationOf({ kind: 'rate', copies: [] }).noise).toBeNull();
    const slower = copies(1, () => ({ events: 0, total: 60 })).map((copy) =>
      copy.map(() => ({ slower: [], total: 60 })),
    );
    expect(limitCalibrationOf({ kind: 'latency', bounds: [], copies: slower }).noise).toBeNull();
  });

  test('says nothing where no error was seen: the ticks have to', () => {
    const past = copies(2, () => ({ events: 0, total: 600 }));
    expect(limitCalibrationOf({ kind: 'rate', copies: past }).noise).toEqual({ dispersion: 1 });
  });
});

describe('a limit whose events are known to come by tens', () => {
  const limited = { ...errors({ max: 0.02, minSample: 20 }), source: { type: 'prometheus' } };
  const [known] = withNoise([limited], { errors: { dispersion: 10 } });

  test('does not take ten errors at once for a worse version, and takes a disaster for one', () => {
    expect(judged({ max: 0.02, minSample: 20 }, [of(10, 100)]).verdict.kind).toBe('fail');
    expect(judged({ ...known }, [of(10, 100)]).verdict.kind).toBe('inconclusive');
    expect(judged({ ...known }, [of(60, 100)]).verdict.kind).toBe('fail');
  });

  test('goes by what the spec says where it does', () => {
    const [said] = withNoise([{ ...limited, dispersion: 1 }], { errors: { dispersion: 10 } });
    expect(judged({ ...said }, [of(10, 100)]).verdict.kind).toBe('fail');
  });
});
