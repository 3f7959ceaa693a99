import { extname } from 'node:path';
import { Worker, type WorkerOptions } from 'node:worker_threads';
import type { LoadReport } from '../../../src/judge/samples.ts';
import { refused } from '../../failures.ts';
import type { Order } from './thread.ts';
import { duration } from '../../../src/text/duration.ts';
import { perSecond } from '../../../src/text/number.ts';

/**
 * MiB of heap beyond which a thread is ended; a load of 10,000/s takes a tenth of it. Node ends the thread alone only where
 * the heap grows in small pieces, as it does here: an answer is read 64 KiB at a time, and no text of it is joined.
 */
const mostMemory = 256;
/** Seconds without a report after which a thread is ended: it is meant to say one each second. */
const longestSilence = 30;

/**
 * Has a thread of its own send what is ordered, so that no answer can take the time or the memory of whoever calls.
 *
 * @param progress told each second what was seen, by a thread that gets to say so
 * @returns the last report
 * @throws at the signal its reason, once nothing more is sent, whatever the thread is busy with; non-retryably, if the answers
 * take more memory or time than the thread has
 */
export async function sendInThread(
  order: Order,
  progress: (soFar: LoadReport) => void,
  signal: AbortSignal,
): Promise<LoadReport> {
  const thread = startThread({ workerData: order, resourceLimits: { maxOldGenerationSizeMb: mostMemory } });
  let ended = (): void => undefined;
  let listening: ReturnType<typeof setInterval> | undefined;
  try {
    return await new Promise<LoadReport>((resolve, reject) => {
      let latest: LoadReport | null = null;
      let silence = 0;
      ended = () => reject(signal.reason as Error);
      signal.addEventListener('abort', ended);
      thread.on('message', (report: LoadReport) => {
        [latest, silence] = [report, 0];
        progress(report);
      });
      thread.on('error', (error: NodeJS.ErrnoException) => {
        reject(
          error.code === 'ERR_WORKER_OUT_OF_MEMORY'
            ? tooMuch(order, `took more than ${String(mostMemory)} MiB of memory to read`)
            : error,
        );
      });
      thread.on('exit', () => {
        if (latest === null) reject(new Error('load: the thread ended without a report'));
        else resolve(latest);
      });
      // Counted rather than timed: where the whole process stood still, its thread has had no time to speak either.
      listening = setInterval(() => {
        silence += 1;
        if (silence > longestSilence)
          reject(
            tooMuch(
              order,
              `kept the thread that reads them busy for more than ${duration(longestSilence * 1000)}`,
            ),
          );
      }, 1000);
    });
  } finally {
    clearInterval(listening);
    signal.removeEventListener('abort', ended);
    await thread.terminate();
  }
}

function tooMuch({ kinds, rate }: Order, what: string): Error {
  const urls = [...new Set(kinds.map(({ shot }) => new URL(shot.url).origin))].join(', ');
  return refused(
    `load: the answers of ${urls} at ${perSecond(rate)} ${what}; ` +
      'an answer to a load should have few headers and no trailers: correct what answers there',
  );
}

/** From sources it has to be told how to read TypeScript, which no thread takes over from the one that starts it. */
function startThread(options: WorkerOptions): Worker {
  const extension = extname(import.meta.url);
  const file = new URL(`thread${extension}`, import.meta.url);
  if (extension !== '.ts') return new Worker(file, options);
  const compiler = import.meta.resolve('tsx/esm/api');
  const start = `import('${compiler}').then(({ register }) => register()).then(() => import('${file.href}'))`;
  return new Worker(start, { ...options, eval: true });
}
