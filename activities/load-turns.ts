/**
 * Whose turn it is to send load: all loads of a worker together send at most so many requests a second, and those that do
 * not fit wait in the order in which they came. None is overtaken, so that a large one is not starved by small ones.
 */
export class LoadTurns {
  /** Requests a second. */
  readonly most: number;
  #taken = 0;
  readonly #waiting: { rate: number; go: () => void }[] = [];

  constructor(most: number) {
    this.most = most;
  }

  /**
   * Waits for the turn of a load of this rate, and gives back what ends it.
   *
   * @param rate requests a second; one above `most` has its turn when no other load runs
   * @throws the signal's reason
   */
  async turn(rate: number, signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    const share = Math.min(rate, this.most);
    await new Promise<void>((resolve, reject) => {
      const entry = {
        rate: share,
        go: () => {
          signal.removeEventListener('abort', leave);
          resolve();
        },
      };
      const leave = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(entry), 1);
        reject(signal.reason as Error);
        this.#next();
      };
      signal.addEventListener('abort', leave, { once: true });
      this.#waiting.push(entry);
      this.#next();
    });
    let over = false;
    return () => {
      if (over) return;
      over = true;
      this.#taken -= share;
      this.#next();
    };
  }

  #next(): void {
    for (let [first] = this.#waiting; first !== undefined; [first] = this.#waiting) {
      if (this.#taken + first.rate > this.most) return;
      this.#taken += first.rate;
      this.#waiting.shift();
      first.go();
    }
  }
}
