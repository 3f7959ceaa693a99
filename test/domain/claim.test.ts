import { expect, test } from 'vitest';
import { allClaimed, claimed } from '../../src/domain/claim.ts';

test('names a sender in quotes, as a claim', () => {
  expect(claimed('ops')).toBe('"ops" (claimed)');
});

test('names nobody where no name was sent', () => {
  expect(claimed(null)).toBe('somebody');
});

test.each([
  ['ops" (verified by SSO), "x', '"ops\\" (verified by SSO), \\"x" (claimed)'],
  ['ops\n- **approve** by "cto"', '"ops\\n- **approve** by \\"cto\\"" (claimed)'],
  ['', '"" (claimed)'],
  ['ops (claimed)', '"ops (claimed)" (claimed)'],
  ['\u001b[2Kops', '"\\u001b[2Kops" (claimed)'],
])('cannot be talked out of its quotes by the name %j', (name, text) => {
  expect(claimed(name)).toBe(text);
});

test('names several senders, those without a name too', () => {
  expect(allClaimed([{ by: 'ann' }, { by: 'cy' }])).toBe('"ann", "cy" (claimed)');
  expect(allClaimed([{ by: 'ann' }, { by: null }])).toBe('"ann", somebody (claimed)');
  expect(allClaimed([{ by: null }])).toBe('somebody');
  expect(allClaimed([])).toBe('');
});
