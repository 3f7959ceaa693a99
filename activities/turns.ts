/**
 * How work that may be long shares the worker's only JavaScript thread: in slices, one for each turn of the event loop,
 * whoever asks. So effects, aborts and heartbeats wait for one slice, however much is being worked on.
 */
import { performance } from 'node:perf_hooks';

/** How long a piece of work goes on before it lets others have their turn (ms). */
export const slice = 5;

const waiting: (() => void)[] = [];

/** Resolves when it is the caller's turn to work for a slice. */
export function turn(): Promise<void> {
  return new Promise((resolve) => {
    if (waiting.push(resolve) === 1) setImmediate(next);
  });
}

function next(): void {
  waiting.shift()?.();
  if (waiting.length > 0) setImmediate(next);
}

/** A function to await between the parts of a long piece of work: it waits for the next turn once a slice is over. */
export function sharing(): () => Promise<void> {
  let began = performance.now();
  return async () => {
    if (performance.now() - began < slice) return;
    await turn();
    began = performance.now();
  };
}
