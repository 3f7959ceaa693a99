import type { Track } from '../../../src/domain/rollout.ts';
import type { Reading } from '../../../src/judge/samples.ts';
import type { Readings } from '../../ports.ts';

/** Reads all tracks at once: one after the other they would be of different times. */
export async function eachOf(
  tracks: readonly Track[],
  read: (track: Track) => Promise<Reading>,
): Promise<Readings> {
  const found = tracks.map(async (track) => [track, await read(track)] as const);
  return Object.fromEntries(await Promise.all(found));
}
