import { number } from './number.ts';

const units = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
] as const;

/**
 * Milliseconds for people: `250ms`, `1.7s`, `45s`, `2m30s`, `3d2h`. Two units at most, and no more digits than a reader can
 * use; below 0 it is `0s`.
 */
export function duration(ms: number): string {
  const digit = ms < 1000 ? 1 : ms < 10_000 ? 100 : 1000;
  let rest = Math.max(0, Math.round(ms / digit) * digit);
  if (rest === 0) return '0s';
  if (rest < 1000) return `${rest}ms`;
  if (rest < 10_000) return `${rest / 1000}s`;
  const first = units.findIndex(([, length]) => rest >= length);
  return units
    .slice(first, first + 2)
    .map(([name, length]) => {
      const count = Math.floor(rest / length);
      rest -= count * length;
      return count === 0 ? '' : `${count}${name}`;
    })
    .join('');
}

/** `775ms`, `1,250ms`: what is compared with another, such as a latency with its limit, keeps its unit and its digits. */
export function milliseconds(ms: number): string {
  return `${number(ms)}ms`;
}
