import { activityInfo } from '@temporalio/activity';

/** Which run the activity was executed for: what a run of a workflow is called changes when it is reset. */
export function nameRun(): Promise<string> {
  return Promise.resolve(activityInfo().workflowExecution?.runId ?? '');
}
