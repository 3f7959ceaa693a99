/** What a rollout takes along into its next run, at the bounds of its parts. */
import { expect, test } from 'vitest';
import { bytesOf } from '../../src/text/bytes.ts';
import { mostCarried, mostMessages, mostNotices, mostReceipts } from '../../src/domain/size.ts';
import { carriedOn } from '../../workflows/engine/carry.ts';
import type { Rollout } from '../../workflows/state.ts';

const payload = 2 * 1024 * 1024;
const kibibyte = 1024;

/** A text that takes so many KiB. */
function text(kibibytes: number): string {
  return '日'.repeat(Math.floor((kibibytes * kibibyte) / 3));
}

/** A rollout of which only what is carried counts; `state` is as far as a test wants it. */
function rolloutWith(state: object, spec: object = {}): Rollout {
  const watch = { cursors: {}, judge: {}, lastTick: 7 };
  const whole = { messages: [], receipts: [], notices: [], watch, ...state };
  return { spec, plan: {}, state: whole } as unknown as Rollout;
}

test('messages, receipts and notices beyond their bounds are left out, the oldest first, and counted', () => {
  const receipts = Array.from({ length: 200 }, (_, at) => ({ id: String(at), receipt: { text: text(2) } }));
  const notices = Array.from({ length: 100 }, (_, at) => ({ at: String(at), text: text(1) }));
  const messages = Array.from({ length: 200 }, (_, at) => ({ at: String(at), text: text(1) }));
  const before = { messages: 3, ids: 4, notices: 5 };
  const rollout = rolloutWith({ receipts, notices, messages, notKept: before });
  const { state } = carriedOn(rollout);
  expect(bytesOf(state.receipts)).toBeLessThanOrEqual(mostReceipts + 2);
  expect(bytesOf(state.notices)).toBeLessThanOrEqual(mostNotices + 2);
  expect(bytesOf(state.messages)).toBeLessThanOrEqual(mostMessages + 2);
  expect(state.messages.at(-1)?.at).toBe('199');
  expect(state.receipts.at(-1)?.id).toBe('199');
  expect(state.notices.at(-1)?.at).toBe('99');
  expect(state.notKept).toEqual({
    messages: 3 + 200 - state.messages.length,
    ids: 4 + 200 - state.receipts.length,
    notices: 5 + 100 - state.notices.length,
  });
  expect(rollout.state.notKept).toEqual(before);
});

test('where all is kept, nothing is said to be missing', () => {
  const { state } = carriedOn(rolloutWith({ notices: [{ text: 'one' }] }));
  expect(state.messages).toEqual([]);
  expect(state).not.toHaveProperty('notKept');
  expect(state.notices).toHaveLength(1);
});

test('the counters of sources are left out where all together would not fit, and nothing else', () => {
  const cursors = { errors: text(500) };
  const watch = { cursors, judge: { errors: text(300) }, lastTick: 7 };
  const fits = rolloutWith({ watch, done: text(400) }, { body: text(500) });
  expect(bytesOf(fits.spec) + bytesOf(carriedOn(fits))).toBeLessThanOrEqual(mostCarried);
  expect(carriedOn(fits).state.watch).toEqual(watch);

  const large = rolloutWith({ watch, done: text(800) }, { body: text(500) });
  expect(bytesOf(large.spec) + bytesOf(large.state)).toBeGreaterThan(mostCarried);
  const carried = carriedOn(large);
  expect(bytesOf(large.spec) + bytesOf(carried)).toBeLessThan(payload);
  expect(carried.state).toEqual({ ...large.state, watch: { ...watch, cursors: {} } });
  expect(large.state.watch.cursors).toEqual(cursors);
});
