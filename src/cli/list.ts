import { Option, type Command } from 'commander';
import type { Brief } from '../client.ts';
import { outcomes, phases, type Outcome, type Phase } from '../domain/rollout.ts';
import { withSession } from './session.ts';
import { canvas, print, printJson } from './terminal.ts';
import { listLines } from './view/brief.ts';

interface Options {
  service?: string;
  phase?: Phase;
  outcome?: Outcome;
  all?: true;
  json?: true;
}

/** `coalmine list`: which rollouts there are. */
export function listCommand(program: Command): void {
  program
    .command('list')
    .description('List the rollouts that run')
    .option('--service <service>', 'only those of this service')
    .addOption(new Option('--phase <phase>', 'only those in this phase').choices(phases))
    .addOption(new Option('--outcome <outcome>', 'only those that ended so').choices(outcomes))
    .option('--all', 'those that have ended too')
    .option('--json', 'one JSON object per rollout, one a line')
    .action(async ({ json, ...filter }: Options) => {
      const briefs = await withSession(({ rollouts }) => collect(rollouts.list(filter)));
      if (json) briefs.forEach(printJson);
      else if (briefs.length > 0) print(listLines(briefs, canvas()));
      else print([nothing(filter)]);
    });
}

function nothing({ all, outcome }: Options): string {
  return all || outcome !== undefined
    ? 'No rollout is known to the server that fits. Start one: coalmine start FILE'
    : 'No rollout is running that fits. See those that have ended: coalmine list --all';
}

async function collect(rollouts: AsyncIterable<Brief>): Promise<Brief[]> {
  const briefs: Brief[] = [];
  for await (const brief of rollouts) briefs.push(brief);
  return briefs;
}
