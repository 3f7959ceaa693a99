import type { Ids } from './form.ts';

/** What is counted of a row. */
interface Counted {
  requests: number;
  errors: number;
}

/** Counts rows, in the order of time. */
export type Counting = (row: number, seconds: number, requests: number, errors: number) => Counted;

export const eachRequest: Counting = (_row, _seconds, requests, errors) => ({ requests, errors });

const hour = 3600;

/** Each request, but of each user's events only the first of an hour. */
export function eventsOfUsers({ of, all }: Ids): Counting {
  const failed = new Int32Array(all.length).fill(-1);
  return (row, seconds, requests, errors) => ({
    requests,
    errors: Number(errors > 0 && isNew(failed, of[row] ?? 0, seconds)),
  });
}

/** Each user once an hour, and once more if there is an event: so no tick has more events than exposures. */
export function eachUser({ of, all }: Ids): Counting {
  const [seen, failed] = [new Int32Array(all.length).fill(-1), new Int32Array(all.length).fill(-1)];
  return (row, seconds, _requests, errors) => {
    const user = of[row] ?? 0;
    const isEvent = errors > 0 && isNew(failed, user, seconds);
    const isUser = isNew(seen, user, seconds);
    return { requests: Number(isUser) + Number(isEvent), errors: Number(isEvent) };
  };
}

/** @param last of each user, the hour in which it came last */
function isNew(last: Int32Array, user: number, seconds: number): boolean {
  const now = Math.floor(seconds / hour);
  if (last[user] === now) return false;
  last[user] = now;
  return true;
}
