import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { allOver } from '../../../../activities/deployers/docker/beside.ts';
import { refused, turnedAway, unavailable } from '../../../../activities/failures.ts';

const unanswered = unavailable('the second gave no whole answer');

test.each([
  ['answered with a passing fault', turnedAway('the first was answered 500')],
  ['refused', refused('the first was answered 404')],
])(
  'where one of two containers is %s and the other without an answer, the effect is without one',
  async (_, answered) => {
    const second = delay(10).then(() => Promise.reject(unanswered));
    await expect(allOver([Promise.reject(answered), second])).rejects.toBe(unanswered);
    await expect(allOver([Promise.resolve(), Promise.reject(answered)])).rejects.toBe(answered);
  },
);
