import { expect, test } from 'vitest';
import { DailyUsers } from '../../../examples/platform/daily-users.ts';

test('counts each user once a day, and once more with an error', () => {
  let now = Date.parse('2026-11-28T23:59:00Z');
  const daily = new DailyUsers(() => now);
  expect(daily.add('ana', false)).toEqual({ users: 1, errors: 0 });
  expect(daily.add('ana', false)).toEqual({ users: 0, errors: 0 });
  expect(daily.add('ana', true)).toEqual({ users: 1, errors: 1 });
  expect(daily.add('ana', true)).toEqual({ users: 0, errors: 0 });
  expect(daily.add('bo', true)).toEqual({ users: 2, errors: 1 });
  now = Date.parse('2026-11-29T00:00:00Z');
  expect(daily.add('ana', false)).toEqual({ users: 1, errors: 0 });
});
