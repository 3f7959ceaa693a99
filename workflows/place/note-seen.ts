/** What a look at the place has found that someone else has changed. */
import type { ChapterResult } from '../../activities/collect-metrics.ts';
import {
  differs,
  isNoEvidence,
  spoiltBy,
  splitDriftText,
  type Known,
  type PlaceSeen,
} from '../../src/domain/drift.ts';
import { sameSplit } from '../../src/domain/split.ts';
import type { Rollout } from '../state.ts';
import { tell } from '../telling/notices.ts';
import { show } from '../telling/story.ts';
import { noteStable, stableKnown } from './note-stable.ts';
import type { Place } from './place.ts';

/** What looks are held against; null where the rollout itself does not know how the place stands. */
export function knownOf({ plan, state }: Rollout): Known | null {
  const { place } = state;
  const { can, behind, stable } = place;
  if (can === null || behind !== null) return null;
  const beside = can.check && can.remove;
  const own = {
    version: plan.version,
    ...(!can.split && place.copies !== undefined && { copies: place.copies }),
  };
  return {
    split: can.read ? (place.splitNow ?? place.split) : null,
    ...(place.splitNow === undefined && place.allowed !== undefined && { most: place.allowed }),
    stable: can.check && stable.before !== null ? stableKnown(place, plan.version) : null,
    own: beside
      ? [
          { track: 'canary', ...own },
          ...(plan.baseline === 'fresh' && stable.before !== null
            ? [{ track: 'baseline' as const, version: stable.before }]
            : []),
        ]
      : [],
    spoilt: place.spoilt ?? null,
  };
}

/** Writes down what a chapter has seen of the place, and whether it could see it. */
export function notePlace(rollout: Rollout, { seen, unread }: ChapterResult): void {
  const place: Place = rollout.state.place;
  if (unread === undefined) delete place.unread;
  else place.unread = unread;
  if (seen !== undefined) noteSeen(rollout, seen);
}

/** Writes it down, and tells people once. What was counted meanwhile belongs to no step. */
function noteSeen(rollout: Rollout, seen: PlaceSeen): void {
  const { state } = rollout;
  const place: Place = state.place;
  const known = knownOf(rollout);
  if (known === null || !differs(known, seen)) return;
  if (isNoEvidence(known, seen)) Object.assign(state.watch, { lastTick: null, cursors: {} });
  const spoilt = spoiltBy(known, seen);
  noteStable(rollout, seen.stable ?? null);
  if (spoilt === null) delete place.spoilt;
  else place.spoilt = spoilt;
  if (seen.split !== undefined) noteSplit(rollout, place, seen.split);
  show(state);
}

function noteSplit(rollout: Rollout, place: Place, found: NonNullable<PlaceSeen['split']>): void {
  const { weight, audience, baseline } = found;
  if (sameSplit(found, place.split, place.allowed)) {
    delete place.splitNow;
    delete place.splitAccepted;
    return;
  }
  const isNews = place.splitNow === undefined;
  place.splitNow = { weight, audience, ...(baseline !== undefined && { baseline }) };
  if (isNews) tell(rollout, 'split-changed', splitDriftText(place.splitNow, place.split));
}
