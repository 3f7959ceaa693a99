const units = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
] as const;

/** Milliseconds as people say them, the two greatest units at most: `45s`, `4m 10s`, `3d 2h`. */
export function duration(ms: number): string {
  const whole = Math.max(0, Math.round(ms / 1000)) * 1000;
  const first = units.findIndex(([, length]) => whole >= length);
  if (first === -1) return '0s';
  let rest = whole;
  return units
    .slice(first, first + 2)
    .map(([name, length]) => {
      const count = Math.floor(rest / length);
      rest -= count * length;
      return count === 0 ? '' : `${count}${name}`;
    })
    .filter(Boolean)
    .join(' ');
}

/** How long ago an ISO time was: `4m 10s ago`. */
export function ago(iso: string, now: number): string {
  const passed = now - Date.parse(iso);
  return passed < 1000 ? 'just now' : `${duration(passed)} ago`;
}
