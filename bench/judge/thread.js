/** Starts `worker.ts` in a thread: TypeScript is compiled in the thread that has said so itself. */
import { register } from 'tsx/esm/api';

register();
await import('./worker.ts');
