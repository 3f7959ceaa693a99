import { EventEmitter } from 'node:events';
import type { TrackName } from './contract.ts';
import { Copy, type Workplace } from './copy.ts';
import type { Wanted } from './state.ts';

/**
 * The copies of stable or of the canary. It is told what to run, and gets there by itself: each time that
 * something changes it looks at what there is and takes the next step. So the newest wish wins, whatever was
 * under way, and a repeated one changes nothing.
 *
 * A copy that fails is not started again until something is wished for: a release is to see it.
 *
 * Emits `settled` whenever there is nothing left to do, or nothing that can be done.
 */
export class Track extends EventEmitter<{ settled: [] }> {
  readonly name: TrackName;
  #wanted: Wanted | null = null;
  #copies: Copy[] = [];
  #failed: string | undefined;
  #turn = 0;
  readonly #place: Workplace;

  constructor(name: TrackName, place: Workplace) {
    super();
    this.name = name;
    this.#place = place;
  }

  /** What is to run from now on; null for nothing. */
  want(wanted: Wanted | null): void {
    this.#wanted = wanted;
    this.#failed = undefined;
    this.#settle();
  }

  /** The copy whose turn it is; undefined if none serves. */
  next(): Copy | undefined {
    const serving = this.serving;
    this.#turn = (this.#turn + 1) % Math.max(1, serving.length);
    return serving[this.#turn];
  }

  /** All of them, those that start or drain included. */
  get copies(): readonly Copy[] {
    return this.#copies;
  }

  get serving(): Copy[] {
    return this.#copies.filter((copy) => copy.state === 'serving');
  }

  /** What all its processes run. */
  get versions(): string[] {
    return [...new Set(this.#copies.map((copy) => copy.version))].sort();
  }

  /** It runs what is wanted, and nothing else. */
  get done(): boolean {
    const { version, copies } = this.#wanted ?? { version: null, copies: 0 };
    const right = this.serving.filter((copy) => copy.version === version);
    return right.length === copies && this.#copies.length === copies;
  }

  get settled(): boolean {
    return this.done || this.#failed !== undefined;
  }

  /** Why it has stopped trying to run what is wanted; undefined while it has not. */
  get failed(): string | undefined {
    return this.#failed;
  }

  /** As many copies as wanted serve, and each of them answers just now. */
  async alive(): Promise<boolean> {
    const serving = this.serving;
    if (serving.length === 0 || serving.length < (this.#wanted?.copies ?? 0)) return false;
    const answers = await Promise.all(serving.map((copy) => copy.answers()));
    return answers.every(Boolean);
  }

  /** Ends every process, whatever it has open. */
  end(): void {
    for (const copy of this.#copies) copy.stop();
  }

  #settle(): void {
    this.#copies = this.#copies.filter((copy) => copy.state !== 'gone');
    const { version, copies } = this.#wanted ?? { version: null, copies: 0 };
    const right = this.#copies.filter((copy) => copy.version === version && copy.state !== 'draining');
    const wrong = this.#copies.filter((copy) => copy.version !== version);

    for (const copy of wrong) if (copy.state === 'starting') copy.retire();
    const surplus = this.serving.length - copies;
    const expendable = [...wrong, ...right].filter((copy) => copy.state === 'serving');
    for (const copy of expendable.slice(0, Math.max(0, surplus))) copy.retire();

    if (this.#failed === undefined && version !== null) this.#start(version, copies - right.length);
    if (this.settled) this.emit('settled');
  }

  /** All that is missing at once, but one by one where each takes the place of an earlier one. */
  #start(version: string, missing: number): void {
    const replacing = this.#copies.some((copy) => copy.version !== version);
    const underWay = this.#copies.some((copy) => copy.state === 'starting' || copy.state === 'draining');
    const count = replacing ? Math.min(missing, underWay ? 0 : 1) : missing;
    for (let started = 0; started < count; started += 1) {
      this.#copies.push(
        new Copy(version, this.#place, {
          changed: () => this.#settle(),
          failed: (why) => {
            this.#failed = why;
            console.error(`${this.name}: ${why}; see copies.log in ${this.#place.directory}`);
          },
        }),
      );
    }
  }
}
