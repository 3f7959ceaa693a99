import process from 'node:process';
import { isMainThread } from 'node:worker_threads';

// Loaded into each copy before its own code. Standard input is a pipe from the platform: it ends when the
// platform does, however that died, and the copy with it. What is not Node ends at its own end of input.
// It keeps no process alive that is done, and threads, which have no standard input of their own, not at all.
if (isMainThread) {
  process.stdin.once('close', () => process.exit()).resume();
  process.stdin.unref?.();
}
