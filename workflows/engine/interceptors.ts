/** Registered in the bundle (`workflowInterceptorModules`): what the SDK does before any of our code sees it. */
import { ApplicationFailure, type WorkflowInterceptors } from '@temporalio/workflow';
import { failureConverter } from './failure-converter.ts';
import { Undecodable } from './undecodable.ts';

const reserved = '__temporal_';

export const interceptors = (): WorkflowInterceptors => ({
  internals: [
    {
      /** A signal by a reserved name would fail every workflow task: it gets a name that means nothing instead. */
      activate(input, next) {
        for (const { initializeWorkflow: start, signalWorkflow: signal } of input.activation.jobs ?? []) {
          failureConverter.begin(start?.arguments ?? []);
          if (signal?.signalName?.startsWith(reserved)) signal.signalName = `"${signal.signalName}"`;
        }
        next(input);
      },
    },
  ],
  outbound: [
    {
      /** What an activity answers is never taken for a value that it is not. */
      async scheduleActivity(input, next) {
        const result = await next(input);
        if (!(result instanceof Undecodable)) return result;
        throw ApplicationFailure.nonRetryable(
          `the answer of the activity ${input.activityType} cannot be read: ${result.why}; every worker needs the same version and payload keys`,
          'Undecodable',
        );
      },
    },
  ],
});
