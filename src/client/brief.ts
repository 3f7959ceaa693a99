import type { WorkflowExecutionDescription, WorkflowExecutionInfo } from '@temporalio/client';
import { outcomes, phases, type Outcome, type Phase } from '../domain/rollout.ts';
import { serviceOf } from '../domain/surface.ts';
import { searchAttributeKeys as keys } from '../../workflows/messages.ts';
import { pauseOf, type TemporalPause } from './temporal-pause.ts';
import { stateOf, type WorkflowState } from './workflow-state.ts';

/** What the server alone tells of a rollout, without any worker. */
export interface Brief {
  /** Workflow id, `rollout/<service>`. */
  rollout: string;
  /** Of the latest run: a long rollout goes on in several. */
  runId: string;
  service: string;
  version: string | null;
  /** Null until a worker has taken it up. */
  phase: Phase | null;
  /** Null until it has ended with a result. */
  outcome: Outcome | null;
  /** Per cent of live traffic that the canary gets. */
  weight: number | null;
  /** It has not ended. It may still be paused in Temporal, where nothing moves it on. */
  running: boolean;
  /** What Temporal says of its workflow. */
  state: WorkflowState;
  /** Null unless the workflow is paused in Temporal itself; `coalmine pause` is the phase `paused`. */
  pausedInTemporal: TemporalPause | null;
  /** ISO time: start of the latest run. */
  started: string;
  /** ISO time; null while it runs. */
  ended: string | null;
}

/** What one entry of the server's list, or its description, tells. */
export function briefOf(info: Omit<WorkflowExecutionInfo, 'raw'> | WorkflowExecutionDescription): Brief {
  const attributes = info.typedSearchAttributes;
  const state = stateOf(info);
  const running = info.closeTime === undefined;
  const phase = phases.find((phase) => phase === attributes.get(keys.phase)) ?? null;
  const outcome = outcomes.find((outcome) => outcome === attributes.get(keys.outcome)) ?? null;
  return {
    rollout: info.workflowId,
    runId: info.runId,
    service: attributes.get(keys.service) ?? serviceOf(info.workflowId),
    version: attributes.get(keys.version) ?? null,
    // A rollout started like an earlier one carries that one's attributes until a worker takes it up.
    phase: running && phase === 'ended' ? null : phase,
    outcome: state === 'completed' ? outcome : null,
    weight: attributes.get(keys.weight) ?? null,
    running,
    state,
    pausedInTemporal: pauseOf(info),
    started: info.startTime.toISOString(),
    ended: info.closeTime?.toISOString() ?? null,
  };
}
