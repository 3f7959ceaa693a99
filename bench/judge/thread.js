/** Starts the worker that `workerData` names in a thread: TypeScript is compiled in the thread that has said so itself. */
import { workerData } from 'node:worker_threads';
import { register } from 'tsx/esm/api';

register();
await import(workerData);
