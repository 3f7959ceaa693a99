import { newest } from '../../src/domain/kept-list.ts';
import { countedOut } from '../../src/domain/not-kept.ts';
import { bytesOf } from '../../src/text/bytes.ts';
import { mostCarried, mostMessages, mostNotices, mostReceipts } from '../../src/domain/size.ts';
import { carriedVersion, type Carried, type Rollout } from '../state.ts';

/**
 * What a long rollout takes along into its next run. Temporal takes 2 MiB of it: what does not fit is left out, the oldest
 * messages, receipts and notices first, and at last the counters that sources go on from, which costs each one look.
 */
export function carriedOn({ spec, plan, state }: Rollout): Carried {
  const messages = newest(state.messages, mostMessages);
  const receipts = newest(state.receipts, mostReceipts);
  const notices = newest(state.notices, mostNotices);
  const notKept = countedOut(state.notKept, {
    messages: messages.dropped,
    ids: receipts.dropped,
    notices: notices.dropped,
  });
  const kept = {
    ...state,
    messages: messages.kept,
    ...notKept,
    receipts: receipts.kept,
    notices: notices.kept,
  };
  const carried: Carried = { version: carriedVersion, plan, state: kept };
  if (bytesOf(spec) + bytesOf(carried) <= mostCarried) return carried;
  return { ...carried, state: { ...kept, watch: { ...state.watch, cursors: {} } } };
}
