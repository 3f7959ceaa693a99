import { bytesOf } from '../text/bytes.ts';

/** What is kept of a list, and how many earlier entries are not. */
export interface Kept<T> {
  kept: T[];
  dropped: number;
}

/** The newest of a list: at most `most` of them. */
export function latest<T>(list: readonly T[], most: number): Kept<T> {
  const kept = list.slice(-most);
  return { kept, dropped: list.length - kept.length };
}

/** The newest of a list that take at most `bytes` as JSON. */
export function newest<T>(list: readonly T[], bytes: number): Kept<T> {
  let left = bytes;
  const last = list.findLastIndex((item) => (left -= bytesOf(item) + 1) < 0);
  return { kept: list.slice(last + 1), dropped: last + 1 };
}
