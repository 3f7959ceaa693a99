import { newest } from '../src/domain/kept-list.ts';
import { bytesOf, mostCarried, mostMessages, mostNotices, mostReceipts } from '../src/domain/size.ts';
import { carriedVersion, type Carried, type Rollout } from './state.ts';

/**
 * What a long rollout takes along into its next run. Temporal takes 2 MiB of it: what does not fit is left out, the oldest
 * messages first, and at last the counters that sources go on from, which costs each one look.
 */
export function carriedOn({ spec, plan, state }: Rollout): Carried {
  const { status, receipts, notices, watch } = state;
  const kept = {
    ...state,
    status: { ...status, messages: newest(status.messages, mostMessages) },
    receipts: newest(receipts, mostReceipts),
    notices: newest(notices, mostNotices),
  };
  const carried: Carried = { version: carriedVersion, plan, state: kept };
  if (bytesOf(spec) + bytesOf(carried) <= mostCarried) return carried;
  return { ...carried, state: { ...kept, watch: { ...watch, cursors: {} } } };
}
