import { MockActivityEnvironment } from '@temporalio/testing';
import { expect, test } from 'vitest';
import { systemClock } from '../../activities/adapters.ts';
import { inTime, untilReady } from '../../activities/until-ready.ts';

const within = 4_000;

test('an attempt that begins long after its time does nothing, and says by how much and why that may be', async () => {
  let done = 0;
  const begun = (late: number): Promise<unknown> =>
    new MockActivityEnvironment({ scheduledTimestampMs: Date.now() - within - late }).run(() =>
      inTime(systemClock, within, 'the canary alive', () => Promise.resolve((done += 1))),
    );
  await expect(begun(30_000)).rejects.toMatchObject({
    type: 'NotReady',
    nonRetryable: true,
    message:
      'expected the canary alive within 4s, but an attempt began 30s after that: its worker stood still, ' +
      "or its clock is ahead of the Temporal server's; set it right",
  });
  expect(done).toBe(0);
  await begun(1_000);
  expect(done).toBe(1);
});

test('what was found in place of what was wanted is cut in the message, halving no character', async () => {
  const versions = Array.from({ length: 100 }, () => '😀'.repeat(100));
  const waited = new MockActivityEnvironment({ scheduledTimestampMs: Date.now() - within }).run(() =>
    untilReady(
      systemClock,
      within,
      'the canary alive',
      () => Promise.resolve({ versions }),
      () => false,
      () => undefined,
    ),
  );
  const failure = await waited.catch((error: unknown) => error);
  const { message } = failure as Error;
  expect(message).toContain('found {"versions":["😀');
  expect(message).toContain("… at the end of it; see the target's own log for why");
  expect(Buffer.byteLength(message)).toBeLessThan(1_300);
  expect(message).not.toMatch(/\p{Cs}/u);
});
