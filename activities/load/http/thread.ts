/** The thread of one load run: whatever the answers cost whoever reads them, they cost it nobody else's time. */
import { parentPort, workerData } from 'node:worker_threads';
import type { LoadReport, Window } from '../../../src/judge/samples.ts';
import type { Shot } from './connection.ts';
import { pace } from './pace.ts';
import { Tally } from './tally.ts';

/** What a thread is to send. It holds the secrets that go with the requests. */
export interface Order {
  kinds: { shot: Shot; share: number }[];
  /** Requests per second. */
  rate: number;
  /** Milliseconds after which a request is given up. */
  timeout: number;
  window: Window;
  /** Whether a window that has not begun moves to when the thread is ready, rather than lose its beginning. */
  movable: boolean;
  soFar: LoadReport | null;
  /** When it was given, in ms since 1970. */
  given: number;
}

const { kinds, rate, timeout, window, movable, soFar, given } = workerData as Order;
const late = soFar === null ? Date.now() - given : 0;
const sending = { from: window.from + late, to: window.to + (movable ? late : 0) };
const tally = new Tally(soFar, rate, timeout);
const say = (to: number): void => parentPort?.postMessage(tally.report({ from: sending.from, to }));

const beat = setInterval(() => say(Math.min(Date.now(), sending.to)), 1000);
await pace(kinds, rate, sending.to, (ending) => tally.add(ending));
clearInterval(beat);
say(sending.to);
