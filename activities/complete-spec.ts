import { activityInfo, ApplicationFailure } from '@temporalio/activity';
import { rolloutId } from '../src/domain/surface.ts';
import { completeSpec as complete, SpecError } from '../src/spec/parse.ts';
import type { Plan } from '../src/spec/schema.ts';
import type { Outside } from './adapters.ts';
import { checkPlan } from './check-plan.ts';

/**
 * Validates the spec, wherever it came from, and gives the complete plan. One that was accepted when its rollout began goes
 * on with the plan of then where a later version refuses it: what it asks for must still be allowed.
 *
 * @param accepted the plan of an earlier run of the rollout
 * @throws a non-retryable `SpecRefused` failure that lists every problem
 */
export function completeSpec(outside: Outside) {
  return (spec: unknown, accepted?: Plan): Promise<Plan> => {
    try {
      const plan = completed(spec, accepted);
      checkWorkflowId(plan);
      checkPlan(plan, outside);
      return Promise.resolve(plan);
    } catch (error) {
      if (!(error instanceof SpecError) && !(error instanceof ApplicationFailure)) throw error;
      throw ApplicationFailure.nonRetryable(error.message, 'SpecRefused');
    }
  };
}

function completed(spec: unknown, accepted: Plan | undefined): Plan {
  try {
    return complete(spec);
  } catch (error) {
    if (accepted === undefined || !(error instanceof SpecError)) throw error;
    return accepted;
  }
}

/** One rollout per service: the workflow id is what the server holds that by. What only validates may have any. */
function checkWorkflowId({ service }: Plan): void {
  const { workflowType, workflowExecution } = activityInfo();
  if (workflowType !== 'rollout') return;
  const found = workflowExecution?.workflowId;
  const expected = rolloutId(service);
  if (found === expected) return;
  const instead =
    found?.startsWith(`${expected}-`) === true && ofASchedule.test(found)
      ? 'a Temporal Schedule adds a time to the id of each workflow that it starts, so that several rollouts of a service would run at once. Let the schedule start a workflow of your own, whose activity starts the rollout by the client (docs/client.md)'
      : 'start it with that id, so that one rollout runs per service';
  throw ApplicationFailure.nonRetryable(
    `the workflow id is ${String(found)}, expected ${expected}: ${instead}`,
  );
}

/** How the ids end of workflows that a Temporal Schedule starts. */
const ofASchedule = /-\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/;
