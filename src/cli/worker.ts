import type { Command } from 'commander';
import { readConfig } from '../config.ts';
import { work } from './work.ts';

/** `coalmine worker`: what moves rollouts on. */
export function workerCommand(program: Command): void {
  program
    .command('worker')
    .description('Run a worker on the Temporal server that the environment names')
    .option('--json', 'one JSON object once it is connected')
    .action(async ({ json }: { json?: true }) => {
      await work(readConfig(), json ?? false);
    });
}
