import { isThere, outputOf } from './program.ts';
import type { Told, Tool } from './tool.ts';

export const hey: Tool = {
  name: 'hey',
  holdsRate: true,
  missing: async () =>
    (await isThere('hey')) ? null : 'go install github.com/rakyll/hey@latest, or apt-get install hey',
  load: async ({ url, rate, seconds, connections }) => {
    const workers = ['-c', String(connections), '-q', String(rate / connections)];
    return heyTold(await outputOf('hey', [...workers, '-z', `${seconds}s`, url]));
  },
};

/** Reads hey's summary; NaN where it says nothing, as of too few requests. */
export function heyTold(summary: string): Told {
  const percentile = (percent: number): number =>
    1000 * Number(new RegExp(`^\\s*${percent}%+ in ([\\d.]+) secs`, 'm').exec(summary)?.[1] ?? NaN);
  return { p50: percentile(50), p90: percentile(90), p99: percentile(99) };
}
