import { describe, expect, test } from 'vitest';
import { randomOf, type Random } from '../../src/domain/random.ts';

const draws = 20_000;

function moments(draw: (random: Random) => number): { mean: number; variance: number } {
  const random = randomOf('moments');
  const values = Array.from({ length: draws }, () => draw(random));
  const mean = values.reduce((sum, value) => sum + value, 0) / draws;
  return { mean, variance: values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / draws };
}

describe('draws have the mean and the variance of their distribution', () => {
  test.each<[string, (random: Random) => number, number, number]>([
    ['uniform', (random) => random.uniform(), 0.5, 1 / 12],
    ['normal', (random) => 1 + random.normal(), 1, 1],
    ['Poisson, small', (random) => random.poisson(0.7), 0.7, 0.7],
    ['Poisson, large', (random) => random.poisson(1425), 1425, 1425],
    ['binomial, small', (random) => random.binomial(75, 0.005), 0.375, 0.373],
    ['binomial, large', (random) => random.binomial(1425, 0.3), 427.5, 299.25],
    ['binomial, likely', (random) => random.binomial(1425, 0.995), 1417.875, 7.089],
    ['gamma', (random) => random.gamma(2), 1, 0.5],
  ])('%s', (_, draw, mean, variance) => {
    const found = moments(draw);
    // Five standard errors.
    expect(Math.abs(found.mean - mean)).toBeLessThan(5 * Math.sqrt(variance / draws));
    expect(found.variance / variance).toBeCloseTo(1, 1);
  });
});

test('one name draws the same numbers, another name others', () => {
  const first = (name: string): number[] => {
    const random = randomOf(name);
    return [random.uniform(), random.normal(), random.poisson(50)];
  };
  expect(first('1/iid')).toEqual(first('1/iid'));
  expect(first('1/iid')).not.toEqual(first('2/iid'));
});
