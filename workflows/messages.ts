import { defineSearchAttributeKey } from '@temporalio/common';
import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { RolloutStatus } from '../src/domain/status.ts';
import { searchAttributes } from '../src/domain/surface.ts';

/** What every message may carry; all of it may be left out. */
export interface Message {
  /** Handled once, however often it comes; without one each message counts for itself. */
  id?: string;
  /** Who sends it: a claim that nothing checks, and shown as one. */
  by?: string;
  reason?: string;
  /** For approve and reject: the step number (from 1) of the gate that is meant; any other is without effect. */
  gate?: number;
}

/** Characters of a message's id: a longer one is refused, since ids are compared whole. */
export const longestId = 500;

/** What an update answers. */
export interface Receipt {
  /** false: recorded, without effect; `text` says why. */
  handled: boolean;
  text: string;
}

export const verbs = ['pause', 'resume', 'approve', 'reject', 'abort', 'promote', 'abandon'] as const;

/** What people say to a rollout; the names of the signals and of the updates. */
export type Verb = (typeof verbs)[number];

/** One line per verb, shown in the Web UI and by the CLI. */
export const meaning: Record<Verb, string> = {
  pause: 'Stop the clock of the bake and hold the weight; judging goes on',
  resume: 'Go on after a pause; try again at once when stuck',
  approve: 'Approve the gate that is open',
  reject: 'Reject the gate that is open: take the canary back',
  abort: 'Take the canary back now',
  promote:
    'Skip what remains of the steps, but not a gate; replace stable now when it is kept; go forward again when halted',
  abandon: 'Give up a rollout that is stuck or halted, leaving the target as it is',
};

export const signals = byVerb((verb) => defineSignal<[Message?]>(verb));
export const updates = byVerb((verb) => defineUpdate<Receipt, [Message?]>(verb));
export const statusQuery = defineQuery<RolloutStatus>('status');

/** What a rollout says of itself to those who look for it: the search attributes as the SDK's typed keys. */
export const searchAttributeKeys = {
  service: defineSearchAttributeKey('CoalmineService', searchAttributes.CoalmineService),
  version: defineSearchAttributeKey('CoalmineVersion', searchAttributes.CoalmineVersion),
  phase: defineSearchAttributeKey('CoalminePhase', searchAttributes.CoalminePhase),
  outcome: defineSearchAttributeKey('CoalmineOutcome', searchAttributes.CoalmineOutcome),
  weight: defineSearchAttributeKey('CoalmineWeight', searchAttributes.CoalmineWeight),
};

function byVerb<T>(define: (verb: Verb) => T): Record<Verb, T> {
  return Object.fromEntries(verbs.map((verb) => [verb, define(verb)])) as Record<Verb, T>;
}
