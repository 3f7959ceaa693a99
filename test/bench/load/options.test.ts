import { expect, test } from 'vitest';
import { settingsOf } from '../../../bench/load/options.ts';

test('a quick run asks for less, and what is asked for counts before it', () => {
  expect(settingsOf([])).toEqual({
    rates: [50, 500, 2000, 5000],
    seconds: 10,
    connections: 10,
    out: undefined,
  });
  expect(settingsOf(['--quick', '--rates', '7'])).toMatchObject({ rates: [7], seconds: 3 });
  expect(settingsOf(['--help'])).toBe('help');
});

test.each([
  [['--rates', '50,fast'], '--rates: fast was found, a whole number from 1 to 10000 is allowed'],
  [['--rates', '50,'], '--rates: nothing was found'],
  [['--seconds', '1'], '--seconds: 1 was found, a whole number from 2 to 600 is allowed'],
  [['--connections', '0'], '--connections: 0 was found, a whole number from 1 to 1000 is allowed'],
  [['--rate', '50'], "Unknown option '--rate'"],
  [['50'], "Unexpected argument '50'"],
])('%j is refused, with what is allowed', (args, message) => {
  expect(() => settingsOf(args)).toThrow(message);
});
