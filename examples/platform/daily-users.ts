const day = 86_400_000;

/**
 * Who was counted in the current day. It belongs to all tracks together: a user who moves to the canary in the middle of
 * a day is not counted a second time, so the canary gets its share of the new users and no more.
 */
export class DailyUsers {
  readonly #now: () => number;
  readonly #counted = new Set<string>();
  readonly #failed = new Set<string>();
  #day = 0;

  /** @param now ms since 1970 */
  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** What one request adds: 1 user at the first one of the day, and 1 user and 1 error at the first error of the day. */
  add(user: string, isError: boolean): { users: number; errors: number } {
    const current = Math.floor(this.#now() / day);
    if (current !== this.#day) {
      this.#day = current;
      this.#counted.clear();
      this.#failed.clear();
    }
    const first = isNew(this.#counted, user);
    const firstError = isError && isNew(this.#failed, user);
    return { users: Number(first) + Number(firstError), errors: Number(firstError) };
  }
}

function isNew(known: Set<string>, user: string): boolean {
  if (known.has(user)) return false;
  known.add(user);
  return true;
}
