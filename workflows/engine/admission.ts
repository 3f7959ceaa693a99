import { workflowInfo } from '@temporalio/workflow';
import { serviceOf } from '../../src/domain/surface.ts';
import type { RolloutSpec } from '../../src/spec/schema.ts';
import { carriedVersion, type Carried } from '../state.ts';
import { Undecodable } from './undecodable.ts';

/** What a run begins with. */
export interface Begin {
  spec: RolloutSpec;
  /** Null in the first run of a rollout. */
  carried: Carried | null;
}

/** What the workflow was started with, if a rollout may begin with it; otherwise why not, in a sentence. */
export function admitted(args: readonly unknown[]): Begin | string {
  const [spec, carried, ...others] = args;
  if (spec instanceof Undecodable)
    return `the spec cannot be read: ${spec.why}; send it as JSON, with the payload codec of the worker if it has one`;
  const alone = standsAlone();
  if (alone !== null) return alone;
  const extra = others.some((argument) => argument !== undefined && argument !== null);
  const given = carried !== undefined && carried !== null;
  if (extra || (given && !continued()))
    return 'the workflow takes one argument, the spec, but it was started with more; start it with the spec alone';
  if (!given) return { spec: spec as RolloutSpec, carried: null };
  const why = implausible(spec, carried);
  return why === null
    ? { spec: spec as RolloutSpec, carried: carried as Carried }
    : `what the earlier run of this rollout carried over cannot be believed: ${why}`;
}

/** Only the workflow itself adds an argument: a cron schedule or a retry starts again with what a client gave. */
function continued(): boolean {
  const { continuedFromExecutionRunId, cronSchedule, attempt } = workflowInfo();
  return Boolean(continuedFromExecutionRunId) && !cronSchedule && attempt <= 1;
}

/** Why somebody else than the rollout itself would end it or begin it again; null if nobody does. */
function standsAlone(): string | null {
  const { parent, cronSchedule } = workflowInfo();
  if (parent === undefined && !cronSchedule) return null;
  return parent === undefined
    ? 'a rollout cannot have a cron schedule: its next run would begin the same release again; start a rollout for each release'
    : `a rollout cannot be a child workflow: when its parent (${parent.workflowId}) ends, Temporal's default parent close ` +
        'policy terminates it, and the canary keeps its traffic with nobody watching; start it from an activity of the ' +
        'parent with the client (docs/client.md)';
}

/** What is wrong with what is carried; null where it may be the rollout's own. */
function implausible(spec: unknown, carried: unknown): string | null {
  if (carried instanceof Undecodable) return carried.why;
  const { workflowId, runStartTime } = workflowInfo();
  const service = serviceOf(workflowId);
  if (!isRecord(carried) || !isRecord(carried['plan']) || !isRecord(carried['state']))
    return 'it has no plan and no state';
  const { version, plan, state } = carried;
  // A later version's workers know what to do with it: until one comes, nothing is lost and nothing is done.
  if (typeof version === 'number' && version > carriedVersion)
    throw new Error(
      `It was carried over by a later version of Coalmine (${String(version)}): this worker is too old for it`,
    );
  if (version !== carriedVersion) return 'its version is unknown';
  if (workflowId === service || !isRecord(spec) || [spec, plan].some((each) => each['service'] !== service))
    return `it is not of the service ${service}, which the workflow id names`;
  const { position, place, receipts, asked, watch } = state;
  if (![position, place, asked, watch].every(isRecord) || !Array.isArray(receipts))
    return 'its state is incomplete';
  const { fence, undo } = place as Record<string, unknown>;
  if (!isRecord(fence) || !isRecord(undo)) return 'its state is incomplete';
  const { epoch, number } = fence;
  if (!isCount(epoch) || !isCount(number)) return 'its fence is no pair of whole numbers';
  if (epoch > runStartTime.getTime()) return "its fence is ahead of the Temporal server's clock";
  return null;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
