import { activityInfo, ApplicationFailure } from '@temporalio/activity';
import { rolloutId } from '../src/domain/surface.ts';
import { completeSpec as complete, SpecError } from '../src/spec/parse.ts';
import type { Plan } from '../src/spec/schema.ts';
import type { Outside } from './adapters.ts';
import { checkPlan } from './grants.ts';

/**
 * Validates the spec, wherever it came from, and gives the complete plan.
 *
 * @throws a non-retryable `SpecRefused` failure that lists every problem
 */
export function completeSpec({ grants }: Outside) {
  return (spec: unknown): Promise<Plan> => {
    try {
      const plan = complete(spec);
      checkWorkflowId(plan);
      checkPlan(plan, grants);
      return Promise.resolve(plan);
    } catch (error) {
      if (!(error instanceof SpecError) && !(error instanceof ApplicationFailure)) throw error;
      throw ApplicationFailure.nonRetryable(error.message, 'SpecRefused');
    }
  };
}

/** One rollout per service: the workflow id is what the server holds that by. What only validates may have any. */
function checkWorkflowId({ service }: Plan): void {
  const { workflowType, workflowExecution } = activityInfo();
  if (workflowType !== 'rollout') return;
  const found = workflowExecution?.workflowId;
  const expected = rolloutId(service);
  if (found === expected) return;
  throw ApplicationFailure.nonRetryable(
    `the workflow id is ${String(found)}, expected ${expected}: start it with that id, so that one rollout runs per service`,
  );
}
