import { parentPort } from 'node:worker_threads';
import { runJob } from './job.ts';
import type { Job } from './settings.ts';

/** A thread of `pool.ts`: answers each job with its outcomes. */
parentPort?.on('message', (job: Job) => {
  parentPort?.postMessage(runJob(job));
});
