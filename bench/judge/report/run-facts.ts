import type { Settings } from '../settings.ts';

/** How a benchmark was run. */
export interface RunFacts {
  settings: Settings;
  threads: number;
  /** Milliseconds. */
  took: number;
}
