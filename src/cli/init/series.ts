import { z } from 'zod';
import { presets, type PresetName } from '../../spec/prometheus/presets.ts';

/** Where Prometheus answers, and how it is asked: the address may be known in the cluster only. */
export interface Prometheus {
  url: string;
  /** What is at a path of its API. */
  get: (path: string) => Promise<unknown>;
}

const answer = z.object({ data: z.object({ result: z.array(z.unknown()) }) });

/**
 * The first of these presets that Prometheus has series of; null: of none, or it gives no answer.
 *
 * @param match what tells the series of the service: `namespace="shop"`
 */
export async function presetWithSeries(
  prometheus: Prometheus,
  names: readonly PresetName[],
  match: string,
): Promise<PresetName | null> {
  try {
    for (const name of names) {
      const query = `count(${presets[name].total}{${match}})`;
      const found = await prometheus.get(`/api/v1/query?query=${encodeURIComponent(query)}`);
      if (answer.parse(found).data.result.length > 0) return name;
    }
  } catch {
    // A first spec can be written without it.
  }
  return null;
}
