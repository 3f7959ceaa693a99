import type { Track } from '../../../src/domain/rollout.ts';
import type { Reading } from '../../../src/judge/samples.ts';
import type { HeaderPlan } from '../../header.ts';
import type { Grants, Metrics } from '../../ports.ts';
import { eachOf } from './each-of.ts';
import { jsonSource, type At } from './json-source.ts';

/** What the counters of a track stand at, and what they have grown by since they stood elsewhere. */
export interface Counted<Counters> {
  counters: Counters;
  /** @param before undefined at the first look that could be read */
  growth: (before: Counters | undefined) => Reading;
}

/**
 * Counters that only grow, in the JSON that a URL answers. A reading is their growth since the last one that could be
 * read, so that a look that fails loses nothing and counts nothing twice. The URL must answer for all copies of a track
 * together. A counter that went back is no reading; one that was started anew and has overtaken the old one since
 * cannot be told from one that went on.
 */
export function growing<Counters>(
  source: { url: string; headers: HeaderPlan },
  grants: Grants,
  read: (at: At) => Promise<Counted<Counters>>,
): Metrics {
  const json = jsonSource(source, grants);
  return {
    remembers: false,
    async collect({ release, tracks, cursor }, call) {
      const before = (cursor ?? {}) as { [T in Track]?: Counters };
      const after = { ...before };
      const readingOf = (track: Track): Promise<Reading> =>
        json.measure(
          release,
          track,
          async (at) => {
            const { counters, growth } = await read(at);
            after[track] = counters;
            return growth(before[track]);
          },
          call,
        );
      return { ...(await eachOf(tracks, readingOf)), cursor: after };
    },
  };
}
