import type { Signal } from '../judge/observed.ts';
import type { Trace } from './form.ts';

/** What is done to the canary's rows. */
export interface Harm {
  title: string;
  /** Where it shows. */
  signals: readonly Signal[];
  isHarm: boolean;
  /** Good requests turn bad until there are so many times as many bad ones as in the past. */
  errors: number;
  milliseconds: number;
  value: number;
  /** All requests of these turn bad. */
  fails: 'none' | 'endpoint' | 'users';
  /** When it begins, as a share of the run. */
  onset: number;
}

const none: Harm = {
  title: 'no change',
  signals: ['errors', 'latency', 'gauge'],
  isHarm: false,
  errors: 1,
  milliseconds: 1,
  value: 1,
  fails: 'none',
  onset: 0,
};
const harm = { ...none, isHarm: true, signals: ['errors'] as const };

/** The share of the traffic, or of the users, that the class is nearest to which fails. */
export const failingShare = 0.05;

export const harms = {
  none,
  'errors-2': { ...harm, title: 'errors × 2', errors: 2 },
  'errors-3': { ...harm, title: 'errors × 3', errors: 3 },
  'errors-3-late': { ...harm, title: 'errors × 3 from the middle of the run on', errors: 3, onset: 0.5 },
  endpoint: { ...harm, title: 'one endpoint fails', fails: 'endpoint' },
  users: { ...harm, title: 'one user in twenty fails', fails: 'users' },
  'latency-2': { ...harm, title: 'latency × 2', signals: ['latency'], milliseconds: 2 },
  'gauge-1.25': { ...harm, title: 'gauge × 1.25', signals: ['gauge'], value: 1.25 },
} as const satisfies Record<string, Harm>;

export type HarmName = keyof typeof harms;

export function isHarm(name: string): boolean {
  return name in harms && harms[name as HarmName].isHarm;
}

/** What a trace can show of a harm. */
export function signalsOf(trace: Trace, name: HarmName): Signal[] {
  const { signals, fails }: Harm = harms[name];
  if (fails === 'endpoint' && trace.endpoint === null) return [];
  if (fails === 'users' && trace.user === null) return [];
  const shown = {
    errors: trace.bad !== null,
    latency: trace.milliseconds !== null,
    gauge: trace.value !== null,
  };
  return signals.filter((signal) => shown[signal]);
}

/** The endpoint whose part of all requests is nearest to `failingShare`; -1 where there is none. */
export function failingEndpoint({ endpoint, count }: Trace): number {
  if (endpoint === null) return -1;
  const parts = new Float64Array(endpoint.all.length);
  let all = 0;
  for (const [row, of] of endpoint.of.entries()) {
    parts[of] = (parts[of] ?? 0) + (count[row] ?? 0);
    all += count[row] ?? 0;
  }
  const away = (part: number): number => Math.abs(Math.log(part / (failingShare * all)));
  return parts.reduce((best, part, at) => (away(part) < away(parts[best] ?? 0) ? at : best), 0);
}
