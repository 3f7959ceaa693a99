import { expect, test } from 'vitest';
import { nextChapter } from '../../src/domain/chapter.ts';

const need = { now: 0, lastTick: null, every: 1_000, remaining: Infinity, before: 10, lag: 0, tickBytes: 0 };

test.each([
  [0, 600],
  [400, 600],
  [20_000, 23],
  [10_000_000, 1],
])('a chapter of ticks of %i bytes has %i of them', (tickBytes, ticks) => {
  expect(nextChapter({ ...need, tickBytes })).toMatchObject({ ticks });
});
