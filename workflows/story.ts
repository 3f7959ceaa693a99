import { setCurrentDetails, upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import type { Phase } from '../src/domain/rollout.ts';
import type { RolloutStatus } from '../src/domain/status.ts';
import { detailsOf } from './details.ts';
import { searchAttributeKeys as keys } from './messages.ts';
import type { RolloutState } from './state.ts';

/** Enters a phase; `doing` is one sentence on what goes on or what a person has to do. */
export function enter(state: RolloutState, phase: Exclude<Phase, 'paused'>, doing: string): void {
  state.doing = phase;
  state.status.doing = doing;
  show(state);
}

const pausable: readonly Phase[] = ['preflight', 'deploying', 'testing', 'baking', 'waiting', 'holding'];

/** Brings status, search attributes and current details up to what the state says. */
export function show(state: RolloutState): void {
  const { status } = state;
  status.phase = status.paused !== null && pausable.includes(state.doing) ? 'paused' : state.doing;
  upsertChanged(status);
  setCurrentDetails(detailsOf(status));
}

/** Only what differs: each upsert is an event of the history. */
function upsertChanged({ service, version, phase, outcome, weight }: RolloutStatus): void {
  const wanted = [
    { key: keys.service, value: service },
    { key: keys.version, value: version },
    { key: keys.phase, value: phase },
    { key: keys.weight, value: weight },
    ...(outcome === null ? [] : [{ key: keys.outcome, value: outcome }]),
  ];
  const known = workflowInfo().typedSearchAttributes;
  const changed = wanted.filter(({ key, value }) => known.get(key as typeof keys.service) !== value);
  if (changed.length > 0) upsertSearchAttributes(changed);
}
