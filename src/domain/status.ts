import type { DeadStable } from './dead-stable.ts';
import type { Audience, Capabilities, HoldCause, Outcome, Phase, Split, StepRecord } from './rollout.ts';
import type { NotKept } from './not-kept.ts';
import type { Verdict } from '../judge/verdict.ts';

/** A message as it was handled, for the record. */
export interface MessageRecord {
  verb: string;
  by: string | null;
  reason: string | null;
  handled: boolean;
  text: string;
  /** ISO time. */
  at: string;
}

/** The whole state of a rollout as one plain object: what the query `status` answers. */
export interface RolloutStatus {
  rollout: string;
  service: string;
  version: string;
  stable: string | null;
  /** What stable runs, where someone else has changed it since the rollout began; absent: not that anybody knows. */
  stableNow?: string;
  /** No copy of stable answers, though one did when the rollout began; absent: not that anybody knows. */
  stableDown?: true;
  /** Stable was dead when the rollout began, as the spec says; absent otherwise. */
  deadStable?: DeadStable;
  phase: Phase;
  /** One sentence: what goes on, or what a person has to do. */
  doing: string;
  /** Why the weight is held; absent where it is not. */
  held?: HoldCause;
  outcome: Outcome | null;
  cause: string | null;
  verified: boolean | null;
  /** Per cent of live traffic that the canary gets, by the order of the rollout. */
  weight: number;
  audience: Audience | null;
  /** Per cent of live traffic that the baseline gets; absent: there is none. */
  baseline?: number | undefined;
  /** What is in force in place of that, by no order of the rollout; absent: not that anybody knows. */
  splitNow?: Split;
  /** What the canary has otherwise than stable, a phrase each; absent: the target does not say. */
  changed?: string[];
  /** Why what runs and which split is in force could not be read while the last metrics were; absent: it could be. */
  unread?: string;
  /** Steps with their labels; `at` counts from 0, and is the number of steps when all are done. */
  steps: { at: number; labels: string[]; done: StepRecord[] };
  /**
   * Of the step in force, in ms; null outside of one. `baked` is as of the last chapter; `since` is when the
   * present one began, in ms since 1970, and null while the clock stands.
   */
  bake: {
    baked: number;
    min: number;
    max: number;
    since: number | null;
    /** It is the stay of `promote: swap`: stable is kept as it is, and an abort gives it all traffic back. Absent: any other. */
    keepsStable?: true;
  } | null;
  gate: GateStatus | null;
  paused: { since: string; by: string | null; reason: string | null } | null;
  /** Time without a signal so far, in ms, of what `onNoSignal` allows. */
  noSignal: { spent: number; allowed: number };
  verdict: Verdict | null;
  /**
   * The latest test of the canary alone: when it was ordered (ISO time), and what it came to, with how long its load waited
   * for its turn; null until then. Absent before the first.
   */
  test?: { since: string; said: string | null };
  /** Why the latest load through the front door came to nothing; null if it did not. */
  loadFault: string | null;
  /** What stable's past says of each metric that is compared; absent where nobody looked. */
  usual?: string[];
  /** What people should know of how metrics are measured; absent: nothing. */
  counting?: string[];
  /** What the target cannot do, and what that means. */
  missing: string[];
  capabilities: Capabilities | null;
  /** The latest ones. */
  messages: MessageRecord[];
  /** How many earlier messages, ids and notices are no longer kept; absent: all are. */
  notKept?: NotKept;
}

export interface GateStatus {
  /** The step's number, from 1. */
  step: number;
  approve: string;
  need: number;
  by: string[];
  approvals: { by: string | null; at: string }[];
  /** ISO time; null without one. */
  deadline: string | null;
}
