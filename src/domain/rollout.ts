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
  'keeping',
  'promoting',
  'restoring',
  'stuck',
  'halted',
  'ended',
] as const;

/** Where a rollout stands; the search attribute `CoalminePhase`. */
export type Phase = (typeof phases)[number];

/** Why a weight is held. */
export type HoldCause =
  'no-signal' | 'inconclusive' | 'stable-changed' | 'stable-down' | 'stable-unread' | 'split-changed';

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
  /** A parameter of the URL's query, decoded. */
  query?: { name: string; value: string } | undefined;
  path?: string | undefined;
}

/** What the target runs of one track. */
export interface TrackState {
  /** All copies of the track answer. */
  alive: boolean;
  /** The versions that its copies run; empty when there is none, several while they are being replaced. */
  versions: string[];
  /** How many copies there are to be, and how many are ready, where the target counts them. */
  copies?: { wanted: number; ready: number } | undefined;
  /** The track's own address that a worker can reach, past the split; load against the canary alone goes there. */
  url?: string | undefined;
  /** Where a splitter reaches each copy: URLs, which stay while the track runs, whatever restarts. */
  addresses?: string[] | undefined;
  /** What its copies have otherwise than those of stable, a phrase each. */
  changed?: string[] | undefined;
  /** Why it is not alive, in one sentence, while that may still change. */
  notReady?: string | undefined;
  /** Why the target has given up bringing the track to what was ordered last, in one sentence. */
  failed?: string | undefined;
}

/** All copies of the track are alive and run this version alone. */
export function runsOnly(version: string | null, { alive, versions, copies }: TrackState): boolean {
  const complete = copies === undefined || copies.ready >= copies.wanted;
  return alive && complete && versions.length === 1 && versions[0] === version;
}

/** What the live traffic is split by at this moment, as read back. */
export interface Split {
  /** Per cent of live traffic that the canary gets. */
  weight: number;
  audience: Audience | null;
  /** Per cent of live traffic that the baseline gets; absent: none. */
  baseline?: number | undefined;
}

/** How long effects of a target may take, in ms. */
export interface EffectTimes {
  /** A deploy, a resize and a promotion, until every copy is ready. */
  ready: number;
  /** A split and a removal, until they are read back. */
  settle: number;
  /** So long the canary lives on when its traffic is gone, for the requests under way. */
  drain: number;
  /** So long after its time an attempt that is thought dead may still act: one request and some slack. */
  late: number;
}

/** What a target and its splitter declare before anything is touched, and what follows from each. */
export interface Capabilities {
  /** It says what runs. Where not, an accepted effect counts as done, and the end is not verified. */
  check: boolean;
  /** It replaces stable as one effect. Where not, `deploy` is called with scope all. */
  promote: boolean;
  /** The canary lies beside stable and can be taken away. Where not, it lies in stable's place, which is given stable back. */
  remove: boolean;
  /** Weight and copies are set apart, capacity first. Where not, weight follows copies: the canary's share is its weight. */
  split: boolean;
  /** The split in force can be read back. Where not, an accepted split counts as in force. */
  read: boolean;
  /**
   * It refuses effects older than its last. Where not, an attempt without an answer may act late: the next forward effect and
   * the end of the rollout wait until it cannot any more.
   */
  fence: boolean;
  /**
   * Its copies of stable cannot be replaced under traffic. So the canary is given stable's size and all of the traffic
   * first. Absent: it replaces them under traffic.
   */
  replacesBehind?: true;
  /** Weights are multiples of this, in per cent: the plan shows those, and reading back allows for half of one. Absent: any. */
  granularity?: number;
  /** What the splitter assigns to a version; `user`: a sticky split, which the judge's counts must be made for. Absent: not said. */
  splitBy?: 'request' | 'user';
  times: EffectTimes;
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
  /** Of the metrics that have evidence behind them, as they stood then. */
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
