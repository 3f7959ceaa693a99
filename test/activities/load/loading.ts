/**
 * Run as a process: loads each URL as a worker does, and says what came of it and what it cost the process.
 * Arguments: requests a second, milliseconds, URLs. Anything on standard input aborts all of them; its end is this one's.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { load } from '../../../activities/load/registry.ts';
import type { LoadReport } from '../../../src/judge/samples.ts';
import { connected, grantsOf } from '../../support/grants.ts';

/** What it says. */
export interface Cost {
  /** By URL, in their order. */
  ends: End[];
  /** Milliseconds from the abort until all had ended. */
  endedAfter: number | null;
  /** Of the time, the part in which the process's main thread was busy, from 0 to 1. */
  busy: number;
  /** The longest time for which it did one thing, in milliseconds. */
  stoodStill: number;
  /** The most memory that the whole process took, in MB. */
  memory: number;
}

type End = { report: LoadReport } | { failure: { type: string; nonRetryable: boolean; message: string } };

const [rate = 0, lasts = 0] = process.argv.slice(2, 4).map(Number);
const abort = new AbortController();
let abortedAt = 0;
process.stdin
  .once('data', () => {
    abortedAt = performance.now();
    abort.abort(new Error('aborted'));
  })
  .once('close', () => process.exit());
let memory = 0;
setInterval(() => (memory = Math.max(memory, process.memoryUsage.rss() / 1e6)), 20);
const delay = monitorEventLoopDelay({ resolution: 5 });
delay.enable();
const began = performance.eventLoopUtilization();

const ends = await Promise.all(process.argv.slice(4).map(endOf));
const endedAfter = abort.signal.aborted ? performance.now() - abortedAt : null;
const busy = performance.eventLoopUtilization(began).utilization;
const cost: Cost = { ends, endedAfter, busy, stoodStill: delay.max / 1e6, memory };
process.stdout.write(JSON.stringify(cost), () => process.exit());

async function endOf(url: string): Promise<End> {
  const plan = { type: 'http', counted: true, method: 'GET', headers: {}, rate, duration: lasts } as const;
  const release = { service: 'shop', version: '2', stable: '1' };
  const window = { from: Date.now(), to: Date.now() + lasts };
  const run = { release, url, window, movable: true, soFar: null };
  try {
    const adapter = connected(
      load.http,
      plan,
      grantsOf(() => ''),
    );
    return { report: await adapter.generate(run, () => undefined, { signal: abort.signal }) };
  } catch (error) {
    const { type, nonRetryable, message } = error as Extract<End, { failure: unknown }>['failure'];
    return { failure: { type, nonRetryable, message } };
  }
}
