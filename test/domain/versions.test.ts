import { expect, test } from 'vitest';
import { versionsText } from '../../src/domain/versions.ts';

test.each([
  [[], 'nothing'],
  [['1.4.0'], '1.4.0'],
  [['1', '2', '3', '4', '5'], '1, 2, 3, 4, 5'],
  [['1', '2', '3', '4', '5', '6'], '1, 2, 3, 4, 5 and 1 more version'],
  [Array.from({ length: 100 }, (_, at) => String(at)), '0, 1, 2, 3, 4 and 95 more versions'],
])('%j is %s', (versions, text) => {
  expect(versionsText(versions)).toBe(text);
});
