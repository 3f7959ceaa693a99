/** What others do to the place while a rollout watches: the split edited, stable changed or stopped, the canary removed. */
import type { Split, TrackState } from './rollout.ts';
import { movedTo, othersIn } from './moved.ts';
import { sameSplit, splitLabel, type SplitInForce } from './split.ts';
import { isNear, isSameWeight } from './weight.ts';
import { versionsText } from './versions.ts';

/** What a rollout knows of its place, to hold a look at it against. */
export interface Known {
  /** In force, as last read; null: it cannot be read. */
  split: Split | null;
  /** The weight that counts as this split, where the splitter may round it up so far. */
  most?: number;
  stable: StableKnown | null;
  /** What the rollout has deployed, and nobody else should touch; empty where it is not told apart from stable. */
  own: Own[];
  /** Why that is not what it deployed. */
  spoilt: string | null;
}

interface StableKnown {
  before: string | null;
  /** As {@link movedTo}. */
  now: string | null;
  down: boolean;
  /** It was dead when the rollout began. */
  wasDead: boolean;
  /** A version in stable's place that is the rollout's own doing. */
  own: string | null;
}

interface Own {
  track: 'canary' | 'baseline';
  version: string;
  /** How many copies, where each gets a share of the traffic. */
  copies?: number;
}

/** What a look has found: what could not be read is absent. */
export interface PlaceSeen {
  split?: SplitInForce;
  /** Why the splitter has refused to say which split is in force: it is not the one that was ordered. */
  refused?: string;
  stable?: TrackState;
  canary?: TrackState;
  baseline?: TrackState;
}

/** Whether someone else has changed what the rollout knew. */
export function differs(known: Known, seen: PlaceSeen): boolean {
  const { stable } = known;
  const isMoved =
    stable !== null && seen.stable !== undefined && stableNow(stable, seen.stable) !== stable.now;
  return isMoved || isNoEvidence(known, seen);
}

/** Whether the change is one after which the metrics show nothing about the step: any but another version of stable. */
export function isNoEvidence(known: Known, seen: PlaceSeen): boolean {
  return (
    (seen.split !== undefined && known.split !== null && !sameSplit(seen.split, known.split, known.most)) ||
    goesUpOrDown(known.stable, seen.stable) ||
    spoiltBy(known, seen) !== known.spoilt
  );
}

function goesUpOrDown(known: StableKnown | null, seen: TrackState | undefined): boolean {
  if (known === null || seen === undefined) return false;
  return !known.wasDead && known.own === null && isDown(seen) !== known.down;
}

/** What stable runs by now, as {@link movedTo}; what is known if that cannot be told. */
export function stableNow({ before, now, wasDead, own }: StableKnown, seen: TrackState): string | null {
  const versions = own === null ? seen.versions : othersIn(seen, own);
  if (versions.length === 0 && seen.versions.length > 0) return now;
  return movedTo(before, { ...seen, versions }, wasDead);
}

/** No copy answers. Where copies are counted, one of several that restarts leaves the others to go back to. */
export function isDown({ alive, versions, copies }: TrackState): boolean {
  return versions.length === 0 || (copies === undefined ? !alive : copies.ready === 0);
}

/** Why what the rollout has put in place is not what it watches; what is known where that was not read; null: it is. */
export function spoiltBy({ own, spoilt }: Known, seen: PlaceSeen): string | null {
  if (seen.refused !== undefined) return seen.refused;
  const wanted = own.flatMap((one) => {
    const found = seen[one.track];
    return found === undefined ? [] : [{ ...one, found }];
  });
  if (seen.split === undefined && wanted.length === 0) return spoilt;
  const [why = null] = wanted.flatMap(({ track, version, copies, found }) => {
    const { versions } = found;
    if (versions.length === 0) return [`no copy of the ${track} is left`];
    if (versions.length > 1 || versions[0] !== version)
      return [`the ${track} runs ${versionsText(versions)}, and the rollout has deployed ${version}`];
    const now = found.copies?.wanted ?? 0;
    if (copies !== undefined && now > copies)
      return [
        `the ${track} has ${String(now)} copies, the rollout has deployed ${String(copies)}, and each gets a share of the traffic`,
      ];
    return [];
  });
  return why;
}

/** Whether a split gives the canary anything that the one that was ordered does not. */
export function exceeds(found: SplitInForce, ordered: Split, most = ordered.weight): boolean {
  const above =
    found.weight > most &&
    !isNear(found.weight, most) &&
    !isSameWeight(found.weight, most, found.granularity);
  const beyond =
    found.audience !== null &&
    most < 100 &&
    !sameSplit({ ...found, weight: 0, baseline: 0 }, { weight: 0, audience: ordered.audience });
  return above || beyond;
}

/** For people: what the canary gets, and what it should. */
export function splitDriftText(now: Split, ordered: Split): string {
  return `the split is no longer the one that was ordered: the canary gets ${splitLabel(now)} in place of ${splitLabel(ordered)}`;
}

/** For people: that nobody knows by now whether someone else has changed anything. */
export function unreadText(why: string): string {
  return `what runs and which split is in force could not be read lately: ${why}`;
}

/** For people: how the canary differs from stable beside its version. */
export function changedText(changed: readonly string[]): string {
  return `the canary differs from stable: ${changed.join('; ')}`;
}

/** For people: there is nothing to go back to. */
export function downText(stable: string | null): string {
  return `stable${stable === null ? '' : ` ${stable}`} is down: no copy of it answers, so there is nothing to go back to`;
}
