import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

/**
 * Runs the jobs on so many threads and returns their results in the order of the jobs, whoever was ready first.
 *
 * @param worker the module that each thread runs: it answers each message, a job, with one message, its result
 * @param progress called after each job with how many are done
 * @param isOver once it says so no job is begun any more; undefined is then the result of those that were not
 */
export async function runAll<Result>(
  worker: URL,
  jobs: readonly unknown[],
  threads: number,
  progress: (done: number) => void,
  isOver: () => boolean = () => false,
): Promise<(Result | undefined)[]> {
  const results = Array.from<Result | undefined>({ length: jobs.length });
  let [next, done] = [0, 0];

  async function work(): Promise<void> {
    const thread = new Worker(new URL('./thread.js', import.meta.url), { workerData: worker.href });
    try {
      while (next < jobs.length && !isOver()) {
        const at = next;
        next += 1;
        const answered = once(thread, 'message') as Promise<[Result]>;
        thread.postMessage(jobs[at]);
        [results[at]] = await answered;
        done += 1;
        progress(done);
      }
    } finally {
      await thread.terminate();
    }
  }

  await Promise.all(Array.from({ length: Math.min(threads, jobs.length) }, work));
  return results;
}
