import { workflowInfo } from '@temporalio/workflow';
import type { Cursors } from '../activities/collect-metrics.ts';
import type { Notice, Release } from '../activities/ports.ts';
import type { MetricNoise } from '../src/judge/compared/comparing.ts';
import { atNewStep } from '../src/judge/judge.ts';
import type { JudgeState } from '../src/judge/state.ts';
import type { LoadCount } from '../src/domain/load-count.ts';
import { keptText } from '../src/text/kept-text.ts';
import type { Outcome, Phase, TrackState } from '../src/domain/rollout.ts';
import type { RolloutStatus } from '../src/domain/status.ts';
import { stepLabel } from '../src/domain/steps.ts';
import { serviceOf } from '../src/domain/surface.ts';
import type { Plan, RolloutSpec } from '../src/spec/schema.ts';
import type { Receipt, Verb } from './messages.ts';

/** How a rollout is to end, decided but not yet reached. */
export interface Ending {
  outcome: Outcome;
  /** One sentence: why. */
  cause: string;
}

/** What a person has asked for that the procedure has still to act on. */
interface Asked {
  abort: string | null;
  reject: string | null;
  promote: { by: string | null; text: string } | null;
  abandon: string | null;
  /** Try again at once what is stuck. */
  retry: boolean;
}

/** The most that is kept of a name before the spec is checked: a search attribute has at most 255 characters. */
const longestName = 200;

/** Everything that a rollout remembers: one plain object, carried from run to run. */
export interface RolloutState {
  /** What the query answers. */
  status: RolloutStatus;
  /** The phase that a pause covers, and goes back to. */
  doing: Exclude<Phase, 'paused'>;
  fence: { epoch: number; number: number };
  /** Until when an attempt of an effect that went without an answer may still act; ms since 1970. */
  unansweredUntil: number;
  /** The target has gone on without this state, and has still to be brought to it: with this weight. Else null or absent. */
  behind?: { weight: number } | null;
  /** The target had accepted a newer effect than the workflow knew of, and the workflow went on beyond it: once. */
  overtaken?: boolean;
  /** The most of the live traffic that a step of the plan gives the canary, in per cent; absent: not known. */
  mostWeight?: number;
  /** What may have to be undone: written down before the act. */
  undo: { traffic: boolean; canary: boolean; stable: boolean };
  /** What serves at the end: one sentence, for the result. */
  serving?: string;
  /** What a take-back has read stable back as, where stable was dead when the rollout began. */
  backTo?: TrackState;
  /** What stable runs that a person has agreed to replace, though it was not that when the rollout began. */
  acceptedStable?: string;
  /** What runs is known, so that a new run need not ask again; absent: not, or the target has gone on meanwhile. */
  surveyed?: boolean;
  /** People have been called, and a new run goes on waiting for them. */
  stillHalted?: boolean;
  /** The canary is deployed and tested: the steps are under way. */
  prepared: boolean;
  /** The canary's capacity, in per cent of stable's. */
  share: number;
  canaryUrl: string | null;
  /** How it is to end; null while the release goes forward. */
  ending: Ending | null;
  /** Times that restoring, or taking the canary away after promotion, was tried. */
  attempts: number;
  /** What stable's past says of metrics that the spec says nothing of. */
  noise?: Record<string, MetricNoise>;
  watch: Watch;
  asked: Asked;
  /** Of the messages with an id, the latest ones: each pair of verb and id is handled once. Earlier runs kept no verb. */
  receipts: { id: string; verb?: Verb; receipt: Receipt }[];
  /** Told, and not yet known to have arrived. */
  notices: Notice[];
  verdicts: string[];
}

/** The watching of the step in force. */
export interface Watch {
  judge: JudgeState;
  cursors: Cursors;
  /** End of the last tick, ms since 1970. */
  lastTick: number | null;
  /** Bytes of each tick of the last chapter; absent before the first. */
  tickBytes?: number;
  chapters: number;
  /** Chapters in a row, nearly, that a signal ended by coming or going. */
  flaps: number;
  /** There was a signal when the last chapter ended; null: no chapter yet. */
  signal: boolean | null;
  /** People were told of the missing signal. */
  told: boolean;
  extended: boolean;
  /** While the canary's copies are young: how long they still are (ms), and what their limits have shown. */
  warmUp?: { left: number; judge: JudgeState };
  /** What the load through the front door sent in this step; absent where there is none. */
  load?: LoadCount;
  pauses: { from: number; to: number | null }[];
}

/** A rollout that knows its plan. */
export interface Rollout {
  spec: RolloutSpec;
  plan: Plan;
  state: RolloutState;
  /** Settles, never rejects, when the release has stopped going forward. */
  going: Promise<void>;
  /** Messages that this run has been sent. */
  said: { count: number };
  /** A chapter is under way: where too much is said it ends by itself, with the ticks so far. */
  watching: boolean;
}

/** The version of what is carried from run to run; runs of before it had one carry none. */
export const carriedVersion = 1;

/** What goes from run to run when a long rollout continues as new. */
export interface Carried extends Pick<Rollout, 'plan' | 'state'> {
  version?: typeof carriedVersion;
}

/** The state before anything is known but what the workflow was started with. */
export function newState(spec: RolloutSpec): RolloutState {
  const { workflowId, runStartTime } = workflowInfo();
  return {
    status: {
      rollout: workflowId,
      service: keptText(serviceOf(workflowId), longestName),
      version: versionOf(spec),
      stable: null,
      phase: 'preflight',
      doing: 'Checking the spec',
      outcome: null,
      cause: null,
      verified: null,
      weight: 0,
      audience: null,
      steps: { at: 0, labels: [], done: [] },
      bake: null,
      gate: null,
      paused: null,
      noSignal: { spent: 0, allowed: 0 },
      verdict: null,
      loadFault: null,
      missing: [],
      capabilities: null,
      messages: [],
    },
    doing: 'preflight',
    fence: { epoch: runStartTime.getTime(), number: 0 },
    unansweredUntil: 0,
    undo: { traffic: false, canary: false, stable: false },
    prepared: false,
    share: 0,
    canaryUrl: null,
    ending: null,
    attempts: 0,
    watch: newWatch({}, {}),
    asked: { abort: null, reject: null, promote: null, abandon: null, retry: false },
    receipts: [],
    notices: [],
    verdicts: [],
  };
}

/** Nobody has looked at the spec yet: it may be anything. */
function versionOf(spec: Partial<RolloutSpec> | null | undefined): string {
  return typeof spec?.version === 'string' ? keptText(spec.version, longestName) : '?';
}

export function newWatch(judge: JudgeState, cursors: Cursors): Watch {
  return {
    judge: atNewStep(judge),
    cursors,
    lastTick: null,
    chapters: 0,
    flaps: 0,
    signal: null,
    told: false,
    extended: false,
    pauses: [],
  };
}

/** Takes over what the plan says. */
export function knowPlan(state: RolloutState, plan: Plan): void {
  const { status } = state;
  status.version = plan.version;
  status.steps.labels = plan.steps.map((step) => stepLabel(step));
  status.noSignal.allowed = plan.onNoSignal.hold;
  state.mostWeight = Math.max(
    0,
    ...plan.steps.map((step) => (step.kind === 'bake' ? (step.weight ?? 0) : 0)),
  );
}

/** Holds the weight and stops the clock of the bake; `by` is null where nobody gave a name. */
export function pause({ status, watch }: RolloutState, by: string | null, reason: string | null): void {
  status.paused = { since: isoNow(), by, reason };
  watch.pauses = merged([...watch.pauses, { from: now(), to: null }]);
  if (status.bake !== null) status.bake.since = null;
}

/** Pauses in one chapter that are told apart: beyond them the time between the two oldest counts as paused, too. */
const mostPauses = 500;

function merged(pauses: Watch['pauses']): Watch['pauses'] {
  const [first, second, ...others] = pauses;
  if (pauses.length <= mostPauses || first === undefined || second === undefined) return pauses;
  return [{ from: first.from, to: second.to }, ...others];
}

/** Whose release it is, as the adapters are told. */
export function releaseOf({ plan, state }: Rollout): Release {
  return { service: plan.service, version: plan.version, stable: state.status.stable };
}

/** What the workflow's clock says, in ms since 1970; the same at every replay. */
export function now(): number {
  return Date.now();
}

export function isoNow(): string {
  return new Date().toISOString();
}
