/** A rollout of a version whose workflow did something else first: bundled for the tests of replaying. */
import { sleep } from '@temporalio/workflow';

export async function rollout(): Promise<void> {
  await sleep('1h');
}
