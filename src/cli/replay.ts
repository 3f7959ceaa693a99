import type { Command } from 'commander';
import { readConfig } from '../config.ts';
import { connectClient } from '../temporal/client-connection.ts';
import { count } from '../text/number.ts';
import { visibleIn } from '../text/visible.ts';
import { version } from '../version.ts';
import type { Replayed } from '../worker/replay.ts';
import { exitCodes } from './exit-codes.ts';
import { canvas, print, printJson } from './terminal.ts';
import type { Canvas } from './view/canvas.ts';

/** `coalmine replay`: whether every open rollout can go on with this version. */
export function replayCommand(program: Command): void {
  program
    .command('replay')
    .description(
      'Check that every open rollout can go on with this version, before an upgrade; changes nothing',
    )
    .option('--json', 'one JSON object per rollout, one a line')
    .action(async ({ json }: { json?: true }) => {
      const config = readConfig();
      const { client, connection } = await connectClient(config);
      const found = { open: 0, problems: 0 };
      try {
        // Loaded here only: the other commands start faster without a worker's code.
        const { replayOpenRollouts } = await import('../worker/replay.ts');
        for await (const replayed of replayOpenRollouts(client, config.payloadKeys)) {
          found.open += 1;
          if (replayed.problem !== null) found.problems += 1;
          if (json) printJson(replayed);
          else print([lineOf(replayed, canvas())]);
        }
      } finally {
        await connection.close();
      }
      if (!json) print(closing(found));
      if (found.problems > 0) process.exitCode = exitCodes.problems;
    });
}

function lineOf(replayed: Replayed, { colors }: Canvas): string {
  const { service, events, problem } = visibleIn(replayed);
  return problem === null
    ? `${colors.green('✓')} ${service}: ${count(events, 'event')} replayed`
    : `${colors.red('✗')} ${service}: ${problem}`;
}

function closing({ open, problems }: { open: number; problems: number }): string[] {
  if (open === 0)
    return [`No rollout is open: nothing keeps the workers from being upgraded to Coalmine ${version}.`];
  const rollouts = count(open, 'open rollout');
  if (problems === 0) return ['', `${rollouts} can go on with Coalmine ${version}.`];
  return [
    '',
    `${String(problems)} of ${rollouts} cannot go on with Coalmine ${version}.`,
    'Keep the workers that run now until these have ended, or abort them: coalmine abort SERVICE',
  ];
}
