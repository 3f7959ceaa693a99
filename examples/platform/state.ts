import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { fenceSchema, splitSchema } from './contract.ts';

const wanted = z.object({ version: z.string(), copies: z.number() });

const stateSchema = z.object({
  stable: wanted.nullable(),
  canary: wanted.nullable(),
  baseline: wanted.nullable().default(null),
  split: splitSchema,
  /** While stable is being replaced: the version that it ran before, null at a first release. */
  promoting: z.object({ from: z.string().nullable() }).nullable(),
  /** The last fence of each service, kept beyond `remove`. */
  fences: z.record(z.string(), fenceSchema),
});

/** What a track is to run. */
export type Wanted = z.infer<typeof wanted>;

/** All that must outlive the platform's process. */
export type State = z.infer<typeof stateSchema>;

/** The state kept in a file; null if there is none. Throws on a file that is not one of these. */
export function loadState(file: string): State | null {
  let text;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
  try {
    return stateSchema.parse(JSON.parse(text));
  } catch (error) {
    throw new Error(`${file} is no state of this platform: mend it, or move it away to start afresh`, {
      cause: error,
    });
  }
}

/** Put in place by rename: a kill at any moment leaves the earlier state or this one. */
export function saveState(file: string, state: State): void {
  writeFileSync(`${file}.new`, JSON.stringify(state, null, 2));
  renameSync(`${file}.new`, file);
}
