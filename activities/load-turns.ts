/** A small load asks for at most this part of the limit, and small ones may take as much beyond it. */
const smallPart = 0.1;

interface Waiting {
  /** Requests a second. */
  rate: number;
  go: (lane: Lane) => void;
}

/** Requests a second that are taken of what there is. */
interface Lane {
  readonly most: number;
  taken: number;
}

/**
 * Whose turn it is to send load: all loads of a worker together send at most so many requests a second, and those that do
 * not fit wait in the order in which they came. None is overtaken there, so that a large one is not starved by small ones.
 * Small ones that would have to wait have another tenth of the limit to themselves, so that they are not starved by a
 * large one.
 */
export class LoadTurns {
  /** Requests a second, without the tenth for small loads. */
  readonly most: number;
  /** A test whose turn does not come within this (ms) is given up: there is no signal then. */
  readonly longestWait: number;
  readonly #main: Lane;
  readonly #spare: Lane;
  readonly #waiting: Waiting[] = [];

  constructor(most: number, longestWait = 1_800_000) {
    this.most = most;
    this.longestWait = longestWait;
    this.#main = { most, taken: 0 };
    this.#spare = { most: most * smallPart, taken: 0 };
  }

  /**
   * Waits for the turn of a load of this rate, and gives back what ends it.
   *
   * @param rate requests a second; one above `most` has its turn when no other but small ones runs
   * @throws the signal's reason
   */
  async turn(rate: number, signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    const share = Math.min(rate, this.most);
    const lane = await new Promise<Lane>((resolve, reject) => {
      const entry: Waiting = {
        rate: share,
        go: (lane) => {
          signal.removeEventListener('abort', leave);
          resolve(lane);
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
      lane.taken -= share;
      this.#next();
    };
  }

  #next(): void {
    this.#admit(this.#main, this.#waiting);
    this.#admit(
      this.#spare,
      this.#waiting.filter(({ rate }) => rate <= this.#spare.most),
    );
  }

  /** In their order, up to the first that does not fit. */
  #admit(lane: Lane, entries: readonly Waiting[]): void {
    for (const entry of [...entries]) {
      if (lane.taken + entry.rate > lane.most) return;
      lane.taken += entry.rate;
      this.#waiting.splice(this.#waiting.indexOf(entry), 1);
      entry.go(lane);
    }
  }
}
