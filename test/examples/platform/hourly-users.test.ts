import { expect, test } from 'vitest';
import { HourlyUsers } from '../../../examples/platform/hourly-users.ts';

test('counts each user once an hour, and once more with an error', () => {
  let now = Date.parse('2026-11-28T09:59:00Z');
  const hourly = new HourlyUsers(() => now);
  expect(hourly.add('ana', false)).toEqual({ users: 1, errors: 0 });
  expect(hourly.add('ana', false)).toEqual({ users: 0, errors: 0 });
  expect(hourly.add('ana', true)).toEqual({ users: 1, errors: 1 });
  expect(hourly.add('ana', true)).toEqual({ users: 0, errors: 0 });
  expect(hourly.add('bo', true)).toEqual({ users: 2, errors: 1 });
  now = Date.parse('2026-11-28T10:00:00Z');
  expect(hourly.add('ana', false)).toEqual({ users: 1, errors: 0 });
});
