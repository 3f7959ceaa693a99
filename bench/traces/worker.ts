import { parentPort } from 'node:worker_threads';
import { runJob } from './job.ts';
import type { Job } from './settings.ts';

/** A thread of the benchmark: answers each job with its outcomes. */
parentPort?.on('message', (job: Job) => {
  void answer(job);
});

/** What goes wrong ends the thread, and with it the benchmark. */
async function answer(job: Job): Promise<void> {
  try {
    parentPort?.postMessage(await runJob(job));
  } catch (error) {
    setImmediate(() => {
      throw error;
    });
  }
}
