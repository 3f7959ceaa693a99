import { createRequire } from 'node:module';
import { outputOf } from './program.ts';
import type { Told, Tool } from './tool.ts';

const program = createRequire(import.meta.url).resolve('autocannon');

/**
 * As people run it: it adds latencies for the requests that it has not sent while it waited, as if one had been due each
 * millisecond at any rate.
 */
export const autocannon = withOptions('autocannon', []);

/** Only what was sent and answered. */
export const uncorrected = withOptions('autocannon -I', ['--ignoreCoordinatedOmission']);

function withOptions(name: string, options: readonly string[]): Tool {
  return {
    name,
    holdsRate: true,
    missing: () => Promise.resolve(null),
    load: async ({ url, rate, seconds, connections }) => {
      const sizes = ['-R', String(rate), '-c', String(connections), '-d', String(seconds)];
      const said = await outputOf(process.execPath, [
        program,
        ...sizes,
        ...options,
        '--json',
        '--no-progress',
        url,
      ]);
      return (JSON.parse(said) as { latency: Told }).latency;
    },
  };
}
