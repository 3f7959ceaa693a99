import type { Command } from 'commander';
import { follow } from './follow.ts';
import { withSession } from './session.ts';

/** `coalmine watch`: the live view. */
export function watchCommand(program: Command): void {
  program
    .command('watch')
    .description('Watch a rollout until it has ended; the exit code says how')
    .argument('<service>', 'the service whose latest rollout is meant')
    .option('--json', 'one JSON object per change, one a line')
    .action(async (service: string, options: { json?: true }) => {
      process.exitCode = await withSession(({ rollouts }) =>
        follow(rollouts, service, { json: options.json ?? false }),
      );
    });
}
