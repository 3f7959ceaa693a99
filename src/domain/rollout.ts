import type { MetricVerdict } from '../judge/verdict.ts';

/** The words of a rollout: what it is, where it stands and how it ends. */

export const phases = [
  'preflight',
  'deploying',
  'testing',
  'baking',
  'waiting',
  'paused',
  'holding',
  'promoting',
  'restoring',
  'stuck',
  'halted',
  'ended',
] as const;

/** Where a rollout stands; the search attribute `CoalminePhase`. */
export type Phase = (typeof phases)[number];

/** Why a weight is held. */
export type HoldCause = 'no-signal' | 'inconclusive' | 'stable-changed' | 'stable-unread';

export const outcomes = ['promoted', 'rolled-back', 'aborted'] as const;

/** How a rollout ends; the search attribute `CoalmineOutcome`. */
export type Outcome = (typeof outcomes)[number];

/** Which of the copies that run side by side. */
export type Track = 'stable' | 'canary' | 'baseline';

/** What the canary is compared with: stable, or a fresh copy of it. */
export type ComparedTrack = Exclude<Track, 'canary'>;

/**
 * Stamped on every outside effect. Targets compare the pair and refuse an older one, so that an attempt
 * thought dead that wakes up late changes nothing.
 */
export interface Fence {
  /** Start of the rollout's first run, in ms since 1970. */
  epoch: number;
  /** Counted up with each effect of the rollout. */
  number: number;
}

/** A part of the requests, chosen by what they carry; beside a weight or in its place. */
export interface Audience {
  header?: { name: string; value: string } | undefined;
  cookie?: { name: string; value: string } | undefined;
  path?: string | undefined;
}

/** What the target runs of one track. */
export interface TrackState {
  /** All copies of the track answer. */
  alive: boolean;
  /** The versions that its copies run; empty when there is none, several while they are being replaced. */
  versions: string[];
  /** The track's own address, past the split; load against the canary alone goes there. */
  url?: string | undefined;
  /** Why the target has given up bringing the track to what was ordered last, in one sentence. */
  failed?: string | undefined;
}

/** All copies of the track are alive and run this version alone. */
export function runsOnly(version: string | null, { alive, versions }: TrackState): boolean {
  return alive && versions.length === 1 && versions[0] === version;
}

/** What the live traffic is split by at this moment, as read back. */
export interface Split {
  /** Per cent of live traffic that the canary gets. */
  weight: number;
  audience: Audience | null;
  /** Per cent of live traffic that the baseline gets; absent: none. */
  baseline?: number | undefined;
}

/** What a target can do; preflight finds it out, and the result says `verified: false` where it matters. */
export interface Capabilities {
  check: boolean;
  promote: boolean;
  remove: boolean;
  split: boolean;
  read: boolean;
  /** It refuses effects older than the last one. */
  fence: boolean;
  /** Weights are multiples of this, in per cent; absent: any weight, or nobody knows. */
  granularity?: number;
}

/** One finished step, for the result and the status. */
export interface StepRecord {
  step: number;
  label: string;
  ended: 'advanced' | 'promoted' | 'skipped' | 'taken-back';
  /** Sentence of the last verdict or of the person's decision. */
  because: string;
  /** ISO time. */
  at: string;
  /** Of the metrics that are compared with stable, as they stood then. */
  evidence?: MetricVerdict[];
}

/** What `serving` says where the rollout ended before its first effect. */
export const nothingChanged = 'nothing was changed';

/** What `rollout` returns; also the last words of the Web UI. */
export interface RolloutResult {
  outcome: Outcome;
  /** One sentence: why. */
  cause: string;
  /** The end state was read back from the target and is what the outcome says. */
  verified: boolean;
  service: string;
  version: string;
  /** What served before; null at a first release. */
  stable: string | null;
  /** What serves at the end, as far as it was read back: one sentence. Absent in what ended before it was said. */
  serving?: string;
  steps: StepRecord[];
  /** Sentences of the verdicts that decided something, oldest first. */
  verdicts: string[];
}
