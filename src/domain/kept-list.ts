import { bytesOf } from './size.ts';

/** The newest of a list that take at most `bytes` as JSON. */
export function newest<T>(list: readonly T[], bytes: number): T[] {
  let left = bytes;
  const first = list.findLastIndex((item) => (left -= bytesOf(item) + 1) < 0);
  return list.slice(first + 1);
}
