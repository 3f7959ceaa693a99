import type { Command } from 'commander';
import { withSession } from './session.ts';
import { canvas, print, printJson } from './terminal.ts';
import { briefLines } from './view/brief.ts';
import { lastWords } from './view/last-words.ts';
import { rolloutLines } from './view/rollout.ts';

/** `coalmine status`: where one rollout stands, or how it ended. */
export function statusCommand(program: Command): void {
  program
    .command('status')
    .description('Show where the latest rollout of a service stands or how it ended')
    .argument('<service>', 'the service')
    .option('--json', 'the whole state in JSON')
    .action(async (service: string, options: { json?: true }) => {
      const answer = await withSession(({ rollouts }) => rollouts.status(service));
      if (options.json) {
        printJson(answer);
        return;
      }
      const on = canvas();
      print(
        answer.kind === 'full'
          ? rolloutLines(answer.status, on, answer.waiting)
          : [...briefLines(answer.brief, answer.why, on), ''],
      );
      print(lastWords(service, answer, on));
    });
}
