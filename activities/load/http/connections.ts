import { connectionFor, type Connection, type Shot } from './connection.ts';
import type { RequestEnd } from './tally.ts';

/** Open connections beyond which nothing is sent: the target does not keep up at all. */
const mostOpen = 1000;
/** Milliseconds without a request after which a connection is not used again: many servers close it after two seconds. */
const longestIdle = 1000;

interface Open {
  shot: Shot;
  connection: Connection;
  /** Requests that it may still be given. */
  left: number;
  /** When it was answered last. */
  since: number;
}

/** The connections of a load run. No request waits for another one's answer: where none is idle it gets a new one. */
export class Connections {
  readonly #inARow: number;
  readonly #open = new Set<Open>();
  /** What was answered last is last. */
  readonly #idle = new Map<Shot, Open[]>();
  #underWay = 0;

  /** @param inARow requests after which a connection is closed, from 1 on */
  constructor(inARow: number) {
    this.#inARow = inARow;
  }

  /** Requests that have not ended. */
  get underWay(): number {
    return this.#underWay;
  }

  /** Sends at once and tells how it ended; or returns false, since too many have no answer yet. */
  send(shot: Shot, ended: (end: RequestEnd) => void): boolean {
    const one = this.#takeIdle(shot) ?? this.#openFor(shot);
    if (one === null) return false;
    one.left -= 1;
    this.#underWay += 1;
    one.connection.send((end) => {
      this.#underWay -= 1;
      ended(end);
    });
    return true;
  }

  /** Drops what is under way, and tells nothing of it. */
  close(): void {
    for (const one of this.#open) this.#drop(one);
  }

  #takeIdle(shot: Shot): Open | null {
    const idle = this.#idleFor(shot);
    const newest = idle.pop();
    if (newest === undefined) return null;
    if (performance.now() - newest.since <= longestIdle) return newest;
    for (const one of [newest, ...idle]) this.#drop(one);
    return null;
  }

  #openFor(shot: Shot): Open | null {
    if (this.#open.size >= mostOpen) this.#dropAnIdle();
    if (this.#open.size >= mostOpen) return null;
    const connection = connectionFor(
      shot,
      () => {
        one.since = performance.now();
        if (one.left > 0) this.#idleFor(shot).push(one);
        else this.#drop(one);
      },
      () => this.#drop(one),
    );
    const one: Open = { shot, connection, left: this.#inARow, since: 0 };
    this.#open.add(one);
    return one;
  }

  #idleFor(shot: Shot): Open[] {
    const idle = this.#idle.get(shot) ?? [];
    this.#idle.set(shot, idle);
    return idle;
  }

  #dropAnIdle(): void {
    const [one] = [...this.#idle.values()].flat();
    if (one !== undefined) this.#drop(one);
  }

  #drop(one: Open): void {
    one.connection.close();
    this.#open.delete(one);
    const idle = this.#idleFor(one.shot);
    if (idle.includes(one)) idle.splice(idle.indexOf(one), 1);
  }
}
