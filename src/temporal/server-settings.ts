import { Connection } from '@temporalio/client';
import { msToTs, tsToMs } from '@temporalio/common/lib/time.js';
import { channelArgs } from './reachable.ts';
import { missingSearchAttributes, registerSearchAttributes } from './search-attributes.ts';

/** How long a dev server keeps rollouts that have ended; its own default is a day. */
const retention = '90 days';

/** The namespace that every dev server has. */
const namespace = 'default';

/**
 * The arguments of `temporal server start-dev` for every dev server: with one partition for each task queue, not
 * four. On one machine more share no load, and a task may wait in one that the few pollers do not look at.
 */
export const partitionArguments: readonly string[] = ['Read', 'Write'].flatMap((kind) => [
  '--dynamic-config-value',
  `matching.numTaskqueue${kind}Partitions=1`,
]);

/** Makes a dev server keep what has ended for 90 days and know the search attributes. Repeating it is harmless. */
export async function applySettings(address: string): Promise<void> {
  const connection = await Connection.connect({ address, channelArgs: channelArgs(address) });
  try {
    const { config } = await connection.workflowService.describeNamespace({ namespace });
    const wanted = msToTs(retention);
    if (tsToMs(config?.workflowExecutionRetentionTtl) !== tsToMs(wanted)) {
      await connection.workflowService.updateNamespace({
        namespace,
        config: { workflowExecutionRetentionTtl: wanted },
      });
    }
    const missing = await missingSearchAttributes(connection, namespace);
    if (missing.length > 0) await registerSearchAttributes(connection, namespace, missing);
  } finally {
    await connection.close();
  }
}
