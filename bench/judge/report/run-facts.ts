import type { Settings } from '../settings.ts';

/** How a benchmark was run. */
export interface RunFacts {
  settings: Settings;
  threads: number;
  /** `2026-11-28`. */
  day: string;
  /** Milliseconds. */
  took: number;
}
