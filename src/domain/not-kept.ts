import { count } from '../text/number.ts';

/** How many of the earlier ones are no longer kept, because there were too many. */
export interface NotKept {
  /** Of the messages that the status lists. */
  messages: number;
  /** Ids of messages by which one that is sent again would be recognized. */
  ids: number;
  /** Notices that waited to be delivered. They were given up. */
  notices: number;
}

/** The counts with these added, as a part of the status: nothing where all is kept. */
export function countedOut(
  { messages, ids, notices }: NotKept = nothing,
  more: Partial<NotKept>,
): { notKept?: NotKept } {
  const notKept = {
    messages: messages + (more.messages ?? 0),
    ids: ids + (more.ids ?? 0),
    notices: notices + (more.notices ?? 0),
  };
  return Object.values(notKept).some((n) => n > 0) ? { notKept } : {};
}

const nothing: NotKept = { messages: 0, ids: 0, notices: 0 };

/** For people: a sentence for each kind of which something is missing. */
export function notKeptTexts({ messages, ids, notices }: NotKept = nothing): string[] {
  return [
    messages > 0 ? `${count(messages, 'earlier message')} no longer listed` : null,
    ids > 0
      ? `${count(ids, 'earlier message id')} no longer recognized: a message sent again with one acts again`
      : null,
    notices > 0
      ? `${count(notices, 'earlier notice')} given up: too many were waiting to be delivered`
      : null,
  ].filter((text) => text !== null);
}
