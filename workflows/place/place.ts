import type { DeadStable } from '../../src/domain/dead-stable.ts';
import type { Capabilities, EffectTimes, Fence, Split, TrackState } from '../../src/domain/rollout.ts';
import { noTraffic } from '../../src/domain/split.ts';

/**
 * What stands on the target, as far as the rollout knows: a plain value that is carried from run to run. Only the files of
 * this folder write it; the procedure goes through their verbs, forward and back alike.
 */
export interface Place {
  /** What the target declares; null until preflight has asked it. */
  can: Capabilities | null;
  /** What the target cannot do, and what that means, a sentence each. */
  missing: string[];
  stable: Stable;
  /** In force, as read back; while the rollout is behind, the most that the canary may get. */
  split: Split;
  /** The weight that the step allows, where the splitter's is a multiple below it. */
  allowed?: number;
  /** What is in force in place of that, by no order of the rollout, as last read; absent: not that anybody knows. */
  splitNow?: Split;
  /** A person has agreed to go on from that. */
  splitAccepted?: true;
  /** Why what the rollout has deployed or ordered is not what stands there; absent: it is, as far as anybody knows. */
  spoilt?: string;
  /** Why the place could not be read back in the last chapter; absent: it could be. */
  unread?: string;
  /** What the canary has otherwise than stable, a phrase each; absent: the target does not say. */
  changed?: string[];
  /** How many copies the canary was deployed with, where the target counts them. */
  copies?: number;
  /** The canary's capacity, in per cent of stable's; 0: there is none. */
  share: number;
  /** Where a worker reaches the canary past the split; null: the target has not said. */
  canaryUrl: string | null;
  /** What may have to be undone: written down before the act. */
  undo: { traffic: boolean; canary: boolean; stable: boolean };
  /** Stamped on the latest effect. */
  fence: Fence;
  /** Until when an attempt of an effect that went without an answer may still act; ms since 1970. */
  unansweredUntil: number;
  /** The target has gone on without this state, and has still to be brought to it: with this weight. */
  behind: { weight: number } | null;
  /** The target had accepted a newer effect than the workflow knew of, and the workflow went on beyond it: once. */
  overtaken: boolean;
  /** The most of the live traffic that a step of the plan gives the canary, in per cent. */
  most: number;
}

interface Stable {
  /** What served when the rollout began; null where nothing did or nobody can tell. */
  before: string | null;
  /** What it runs, where someone else has changed that since; absent: not that anybody knows. */
  now?: string;
  /** No copy of it answers, as last read, though one did when the rollout began. */
  down?: true;
  /** A person has agreed to replace it though it is down. */
  acceptedDown?: true;
  /** It was dead when the rollout began, as the spec says. */
  dead?: DeadStable;
  /** What a take-back has read it back as, where it was dead when the rollout began. */
  backTo?: TrackState;
  /** What it runs that a person has agreed to replace, though it was not that when the rollout began. */
  accepted?: string;
}

/** Before anything is known: nothing is touched, and the plan, which says how much the canary may get, is not read. */
export function untouched(epoch: number): Place {
  return {
    can: null,
    missing: [],
    stable: { before: null },
    split: noTraffic,
    share: 0,
    canaryUrl: null,
    undo: { traffic: false, canary: false, stable: false },
    fence: { epoch, number: 0 },
    unansweredUntil: 0,
    behind: null,
    overtaken: false,
    most: 100,
  };
}

/** Nothing has been ordered that could have to be undone. */
export function isUntouched({ undo }: Place): boolean {
  return !undo.traffic && !undo.canary && !undo.stable;
}

/** How long effects may take; until the target has said so, as long as any does. */
export function timesOf({ can }: Place): EffectTimes {
  return can?.times ?? { ready: 600_000, settle: 60_000, drain: 5_000, late: 40_000 };
}

/** A plain value as those have it who do not own it: to be read. */
export type ReadOnly<T> = T extends readonly unknown[]
  ? T
  : T extends object
    ? { readonly [Key in keyof T]: ReadOnly<T[Key]> }
    : T;
