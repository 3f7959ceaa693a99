/** What people are told by a notice, such as a webhook; each is public. */
export const noticeEvents = [
  'gate-opened',
  'no-signal',
  'stable-changed',
  'stable-unread',
  'stable-down',
  'split-changed',
  'stuck',
  'halted',
  'abandoned',
  'ended',
] as const;

export type NoticeEvent = (typeof noticeEvents)[number];
