/** Workflows that begin a rollout as no client does: bundled for the tests of what a rollout refuses. */
import { makeContinueAsNewFunc, startChild } from '@temporalio/workflow';

/** A parent that ends at once: by Temporal's default its child is terminated with it. */
export async function parent(spec: { service: string }): Promise<string> {
  const child = await startChild('rollout', {
    args: [spec],
    workflowId: `rollout/${spec.service}`,
    taskQueue: 'coalmine',
  });
  return child.result().catch((error: unknown) => String((error as Error).cause ?? error)) as Promise<string>;
}

/** Runs under the rollout's name on a task queue of its own, and continues on the real one with what it likes. */
export async function rollout(spec: unknown, carried: unknown): Promise<void> {
  await makeContinueAsNewFunc<(...args: unknown[]) => Promise<void>>({ taskQueue: 'coalmine' })(
    spec,
    carried,
  );
}
