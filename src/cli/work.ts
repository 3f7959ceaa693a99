import type { Config } from '../config.ts';
import { print, printJson } from './terminal.ts';

/** Runs a worker in the foreground until it is told to end (Ctrl-C, SIGTERM), having said where. */
export async function work(config: Config, json: boolean): Promise<void> {
  // Loaded here only: the other commands start faster without a worker's code.
  const [{ runWorker }, { connectWorker }, { installRuntime, endRuntime }] = await Promise.all([
    import('../worker.ts'),
    import('../temporal/worker-connection.ts'),
    import('../worker/runtime.ts'),
  ]);
  await installRuntime(config);
  const server = await connectWorker(config).catch(endRuntime);
  const { connection, address, namespace, ui, source } = server;
  const tellWhere = (): void => {
    if (json) {
      printJson({ address, namespace, webUi: ui });
      return;
    }
    print([
      `Temporal: ${address}, namespace ${namespace} (from ${source})`,
      ...(ui === null ? [] : [`Web UI:   ${ui}`]),
      'Worker:   runs until Ctrl-C. Start a rollout in another terminal: coalmine start FILE',
    ]);
  };
  try {
    await runWorker(config, server, tellWhere);
  } finally {
    await connection.close();
  }
}
