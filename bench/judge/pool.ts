import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Outcomes } from './outcome.ts';
import type { Job } from './settings.ts';

/**
 * Runs the jobs on so many threads and returns their results in the order of the jobs, whoever was ready first.
 *
 * @param progress called after each job with how many are done
 */
export async function runAll(
  jobs: readonly Job[],
  threads: number,
  progress: (done: number) => void,
): Promise<Outcomes[][]> {
  const results: Outcomes[][] = [];
  let [next, done] = [0, 0];

  async function work(): Promise<void> {
    const worker = new Worker(new URL('./thread.js', import.meta.url));
    try {
      for (let job = jobs[next]; job !== undefined; job = jobs[next]) {
        const at = next;
        next += 1;
        const answered = once(worker, 'message') as Promise<[Outcomes[]]>;
        worker.postMessage(job);
        [results[at]] = await answered;
        done += 1;
        progress(done);
      }
    } finally {
      await worker.terminate();
    }
  }

  await Promise.all(Array.from({ length: Math.min(threads, jobs.length) }, work));
  return results;
}
