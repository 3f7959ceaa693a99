import { isThere, outputOf } from './program.ts';
import type { Told, Tool } from './tool.ts';

const units = { us: 0.001, ms: 1, s: 1000, m: 60_000 } as const;

export const wrk: Tool = {
  name: 'wrk',
  holdsRate: false,
  missing: async () => ((await isThere('wrk')) ? null : 'apt-get install wrk'),
  load: async ({ url, seconds, connections }) => {
    const sizes = ['-t', '1', '-c', String(connections), '-d', `${seconds}s`];
    return wrkTold(await outputOf('wrk', [...sizes, '--latency', url]));
  },
};

/** Reads the distribution that `wrk --latency` writes; NaN where there is none. */
export function wrkTold(report: string): Told {
  const percentile = (percent: number): number => {
    const found = new RegExp(`^\\s*${percent}%\\s+([\\d.]+)(us|ms|s|m)\\s*$`, 'm').exec(report);
    return found === null ? NaN : Number(found[1]) * units[found[2] as keyof typeof units];
  };
  return { p50: percentile(50), p90: percentile(90), p99: percentile(99) };
}
