import { workflowInfo } from '@temporalio/workflow';
import type { Cursors } from '../activities/collect-metrics.ts';
import type { Notice, Release } from '../activities/ports.ts';
import type { LoadCount } from '../src/domain/load-count.ts';
import type { NotKept } from '../src/domain/not-kept.ts';
import type { HoldCause, Phase, StepRecord } from '../src/domain/rollout.ts';
import type { MessageRecord } from '../src/domain/status.ts';
import { stepLabel } from '../src/domain/steps.ts';
import { serviceOf } from '../src/domain/surface.ts';
import type { MetricNoise } from '../src/judge/compared/comparing.ts';
import type { JudgeState } from '../src/judge/state.ts';
import { atNewStep } from '../src/judge/judge.ts';
import type { Verdict } from '../src/judge/verdict.ts';
import { keptText } from '../src/text/kept-text.ts';
import type { Plan, RolloutSpec } from '../src/spec/schema.ts';
import type { Receipt, Verb } from './messages.ts';
import type { Asked } from './people/asked.ts';
import { untouched, type Place, type ReadOnly } from './place/place.ts';
import type { Position } from './position.ts';

/** The most that is kept of a name before the spec is checked: a search attribute has at most 255 characters. */
const longestName = 200;

/** Everything that a rollout remembers: one plain object, carried from run to run. What people are told is derived from it. */
export interface RolloutState {
  /** The workflow's id. */
  rollout: string;
  service: string;
  version: string;
  /** Of the plan's steps, for people. */
  labels: string[];
  position: Position;
  readonly place: ReadOnly<Place>;
  story: Story;
  paused: { since: string; by: string | null; reason: string | null } | null;
  /** Time without a signal so far, in ms, of what `onNoSignal` allows. */
  noSignal: { spent: number; allowed: number };
  /** What stable's past says of metrics that the spec says nothing of. */
  noise?: Record<string, MetricNoise>;
  /** The same for people, a sentence for each metric. */
  usual?: string[];
  /** What people should know of how the metrics were measured last, a sentence for each metric. */
  counting?: string[];
  test?: { since: string; said: string | null };
  /** Why the latest load through the front door came to nothing. */
  loadFault: string | null;
  watch: Watch;
  /** Of the step in force, or of the test before the first. */
  verdict: Verdict | null;
  /** Sentences of the verdicts that decided something, oldest first. */
  verdicts: string[];
  done: StepRecord[];
  asked: Asked;
  /** What was said, the latest. */
  messages: MessageRecord[];
  /** Of the messages with an id, the latest ones: each pair of verb and id is handled once. */
  receipts: { id: string; verb: Verb; receipt: Receipt }[];
  /** Told, and not yet known to have arrived. */
  notices: Notice[];
  notKept?: NotKept;
}

/** What goes on, as people are told it. */
interface Story {
  /** Without the pause that may cover it. */
  phase: Exclude<Phase, 'paused'>;
  /** One sentence: what goes on, or what a person has to do. */
  doing: string;
  /** Why the weight is held. */
  held?: HoldCause;
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
  /** While the split is not the one that was ordered, or stable is down: what the limits have shown meanwhile. */
  aside?: { judge: JudgeState };
  /** What the load through the front door sent in this step; absent where there is none. */
  load?: LoadCount;
  pauses: { from: number; to: number | null }[];
}

/** A rollout that knows its plan. */
export interface Rollout {
  spec: RolloutSpec;
  plan: Plan;
  state: RolloutState;
  /** Settles, never rejects, when the rollout has stopped going forward. */
  going: Promise<void>;
  /** Messages that this run has been sent. */
  said: { count: number };
  /** A chapter is under way: where too much is said it ends by itself, with the ticks so far. */
  watching: boolean;
}

/** The version of what is carried from run to run. */
export const carriedVersion = 2;

/** What goes from run to run when a long rollout continues as new. */
export interface Carried extends Pick<Rollout, 'plan' | 'state'> {
  version: typeof carriedVersion;
}

/** The state before anything is known but what the workflow was started with. */
export function newState(spec: RolloutSpec): RolloutState {
  const { workflowId, runStartTime } = workflowInfo();
  return {
    rollout: workflowId,
    service: keptText(serviceOf(workflowId), longestName),
    version: versionOf(spec),
    labels: [],
    position: { at: 'preparing', surveyed: false },
    place: untouched(runStartTime.getTime()),
    story: { phase: 'preflight', doing: 'Checking the spec' },
    paused: null,
    noSignal: { spent: 0, allowed: 0 },
    loadFault: null,
    watch: newWatch({}, {}),
    verdict: null,
    verdicts: [],
    done: [],
    asked: { abort: null, reject: null, promote: null, abandon: null, retry: false },
    messages: [],
    receipts: [],
    notices: [],
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
  state.version = plan.version;
  state.labels = plan.steps.map((step) => stepLabel(step));
  state.noSignal.allowed = plan.onNoSignal.hold;
}

/** What is released, as the adapters are told. */
export function releaseOf({ plan, state }: Rollout): Release {
  return { service: plan.service, version: plan.version, stable: state.place.stable.before };
}

/** What the workflow's clock says, in ms since 1970; the same at every replay. */
export function now(): number {
  return Date.now();
}

export function isoNow(): string {
  return new Date().toISOString();
}
