/** A worker of a pool that answers each job with itself. */
import { parentPort } from 'node:worker_threads';

parentPort.on('message', (job) => parentPort.postMessage(job));
