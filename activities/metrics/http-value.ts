import type { Track } from '../../src/domain/rollout.ts';
import type { Reading } from '../../src/judge/samples.ts';
import type { Grants, MetricOf, Metrics } from '../ports.ts';
import { eachOf } from './http/each-of.ts';
import { jsonSource, numberOf } from './http/json-source.ts';

/** A number at a JSONPath of what a URL answers, as it stands at the moment of the look. */
export function httpValue(
  { source }: MetricOf<'http'> & { kind: 'value' | 'gauge' },
  grants: Grants,
): Metrics {
  const json = jsonSource(source, grants);
  return {
    remembers: false,
    async collect({ release, tracks, cursor }, call) {
      const read = (track: Track): Promise<Reading> =>
        json.measure(release, track, async (at) => ({ value: numberOf(await at(source.value)), n: 1 }), call);
      return { ...(await eachOf(tracks, read)), cursor };
    },
  };
}
