import { log, setCurrentDetails, upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import type { HoldCause, Phase } from '../../src/domain/rollout.ts';
import type { RolloutStatus } from '../../src/domain/status.ts';
import { searchAttributeKeys as keys } from '../messages.ts';
import type { RolloutState } from '../state.ts';
import { detailsOf } from './details.ts';
import { countHold, countPhase } from './metrics.ts';
import { statusOf } from './status-of.ts';

/** Enters a phase; `doing` is one sentence on what goes on or what a person has to do. */
export function enter(state: RolloutState, phase: Exclude<Phase, 'paused'>, doing: string): void {
  const { held } = state.story;
  state.story = { phase, doing, ...(phase === 'holding' && held !== undefined && { held }) };
  show(state);
}

/** Holds the weight for this cause; says whether it is a new one. */
export function hold(state: RolloutState, cause: HoldCause, doing: string): boolean {
  const before = state.story.held;
  state.story.held = cause;
  if (before !== undefined && before !== cause) countHold(cause);
  enter(state, 'holding', doing);
  return before !== cause;
}

/** Brings search attributes and current details up to what the state says. */
export function show(state: RolloutState): void {
  const status = statusOf(state);
  index(status);
  draw(status);
}

/** As {@link show}, but for the current details: they take long to draw where very much is said at once. */
export function index(status: RolloutStatus): void {
  if (workflowInfo().typedSearchAttributes.get(keys.phase) !== status.phase) record(status);
  upsertChanged(status);
}

/** Shows the current details, which a new run does not take over from the one before. */
export function draw(status: RolloutStatus): void {
  setCurrentDetails(detailsOf(status));
}

/** For operators: a change of phase is counted, and is a line of the worker's log. */
function record(status: RolloutStatus): void {
  const { phase, version, weight, outcome, doing } = status;
  countPhase(status);
  log.info(doing, { phase, version, weight, ...(outcome !== null && { outcome }) });
}

/**
 * Only what differs: each upsert is an event of the history. Who starts a rollout like an earlier one in the Web UI
 * gives it that one's attributes, its outcome too: what does not hold is taken away.
 */
function upsertChanged({ service, version, phase, outcome, weight }: RolloutStatus): void {
  const wanted = [
    { key: keys.service, value: service },
    { key: keys.version, value: version },
    { key: keys.phase, value: phase },
    { key: keys.weight, value: weight },
    { key: keys.outcome, value: outcome },
  ];
  const known = workflowInfo().typedSearchAttributes;
  const changed = wanted.filter(
    ({ key, value }) => (known.get(key as typeof keys.service) ?? null) !== value,
  );
  if (changed.length > 0) upsertSearchAttributes(changed);
}
