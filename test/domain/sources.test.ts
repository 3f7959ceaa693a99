import { expect, test } from 'vitest';
import { judgesTest, mostLag, remembers } from '../../src/domain/sources.ts';

const of = (type: string) => ({ source: { type } });

test('a chapter waits for the source that lags most, and for none where none lags', () => {
  expect(mostLag([of('http'), of('prometheus'), of('load')])).toBe(120_000);
  expect(mostLag([of('http'), of('load')])).toBe(0);
  expect(mostLag([])).toBe(0);
});

test('the past is asked of those that remember it', () => {
  expect(['http', 'load', 'prometheus'].filter((type) => remembers(of(type)))).toEqual(['prometheus']);
});

test("the test is judged by the load's report, and nothing else is", () => {
  expect(['http', 'load', 'prometheus'].filter((type) => judgesTest(of(type)))).toEqual(['load']);
});
