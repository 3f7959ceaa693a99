import { duration } from '../../text/duration.ts';

/** How long ago an ISO time was, in whole seconds: `4m10s ago`. */
export function ago(iso: string, now: number): string {
  const passed = now - Date.parse(iso);
  return passed < 1000 ? 'just now' : `${duration(Math.floor(passed / 1000) * 1000)} ago`;
}
