import type { Command } from 'commander';
import { readConfig, type Config } from '../config.ts';
import { temporalCli } from '../temporal/artifact.ts';
import { findBinary } from '../temporal/binary.ts';
import { startDevServer, stopDevServer } from '../temporal/dev-server.ts';
import { print, say } from './terminal.ts';
import { work } from './work.ts';

/** `coalmine dev`: everything on one machine. */
export function devCommand(program: Command): void {
  program
    .command('dev')
    .description('Run a Temporal server of your own and a worker that may use loopback')
    .option('--stop', 'stop the server; its rollouts go on when it runs again')
    .option('--json', 'one JSON object once the worker is connected')
    .action(async ({ stop, json }: { stop?: true; json?: true }) => {
      const config = readConfig();
      if (stop) await stopServer();
      else await develop(config, json ?? false);
    });
}

async function develop(config: Config, json: boolean): Promise<void> {
  const own = config.temporal.namedBy === null;
  if (own) {
    const { joined } = await startDevServer({
      binary: () => binary(config),
      progress: (line) => say([line]),
    });
    if (joined) say(['Joining the Temporal dev server that runs already']);
  }
  await work({ ...config, allowHosts: [...config.allowHosts, 'loopback'] }, json);
  if (own) say(['The Temporal server goes on, and with it every rollout. Stop it: coalmine dev --stop']);
}

function binary({ temporalCli: given, searchPath, cacheDir }: Config): Promise<string> {
  return findBinary(temporalCli, { given, searchPath, cacheDir, progress: (line) => say([line]) });
}

async function stopServer(): Promise<void> {
  const stopped = await stopDevServer();
  print([
    stopped
      ? 'The Temporal dev server has stopped. Its rollouts wait in .coalmine/ and go on with: coalmine dev'
      : 'No Temporal dev server of this directory is running. Start one: coalmine dev',
  ]);
}
