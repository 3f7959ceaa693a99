import type { Ids } from './form.ts';

/** What is counted of a row. */
interface Counted {
  requests: number;
  errors: number;
}

/** Counts rows, in the order of time. */
export type Counting = (row: number, seconds: number, requests: number, errors: number) => Counted;

export const eachRequest: Counting = (_row, _seconds, requests, errors) => ({ requests, errors });

const day = 86_400;

/** Each user once a day, and once more if there is an event: so no tick has more events than exposures. */
export function eachUser({ of, all }: Ids): Counting {
  const [seen, failed] = [new Int32Array(all.length).fill(-1), new Int32Array(all.length).fill(-1)];
  return (row, seconds, _requests, errors) => {
    const user = of[row] ?? 0;
    const isEvent = errors > 0 && isNew(failed, user, seconds);
    const isUser = isNew(seen, user, seconds);
    return { requests: Number(isUser) + Number(isEvent), errors: Number(isEvent) };
  };
}

/** @param last of each user, the day on which it came last */
function isNew(last: Int32Array, user: number, seconds: number): boolean {
  const now = Math.floor(seconds / day);
  if (last[user] === now) return false;
  last[user] = now;
  return true;
}
