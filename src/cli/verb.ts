import { userInfo } from 'node:os';
import { InvalidArgumentError, type Command } from 'commander';
import { meaning, verbs, type Message, type Verb } from '../../workflows/messages.ts';
import type { Reply } from '../client.ts';
import { shellWord } from '../text/shell-word.ts';
import { exitCodes } from './exit-codes.ts';
import { withSession } from './session.ts';
import { print, printJson, say } from './terminal.ts';
import { sentence, stopped } from './view/text.ts';

interface Options {
  by: string;
  reason?: string;
  gate?: number;
  id?: string;
  json?: true;
}

/** One command for each thing that people say to a rollout: they differ in their meaning only. */
export function verbCommands(program: Command): void {
  for (const verb of verbs) {
    const command = program
      .command(verb)
      .description(meaning[verb])
      .argument('<service>', 'the service whose rollout is meant')
      .option('--by <name>', 'who sends it, for the record; not authenticated', userInfo().username)
      .option('--reason <text>', 'why, for the record')
      .option('--id <id>', 'handled once, however often it is said with the same id')
      .option('--json', 'answer in JSON');
    if (verb === 'approve' || verb === 'reject') {
      command.option(
        '--gate <step>',
        'the step number of the gate that is meant; any other stays',
        stepNumber,
      );
    }
    command.action(async (service: string, options: Options) => {
      const reply = await withSession(({ rollouts }) => rollouts[verb](service, messageOf(options)));
      if (options.json) printJson({ service, verb, ...reply });
      else tell(service, verb, reply);
      if (reply.handled === false || reply.pausedInTemporal) process.exitCode = exitCodes.withoutEffect;
    });
  }
}

function messageOf({ by, reason, gate, id }: Options): Message {
  return {
    by,
    ...(reason === undefined ? {} : { reason }),
    ...(gate === undefined ? {} : { gate }),
    ...(id === undefined ? {} : { id }),
  };
}

function tell(service: string, verb: Verb, { handled, pausedInTemporal, text }: Reply): void {
  const name = shellWord(service);
  if (pausedInTemporal) {
    say([`${verb} has no effect yet: ${text}`]);
  } else if (handled === false) {
    say([`${verb} was without effect: ${stopped(text)}`, `Where it stands: coalmine status ${name}`]);
  } else {
    print([sentence(text), `Next: coalmine watch ${name}`]);
  }
}

function stepNumber(text: string): number {
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('A step number from 1 is expected, as "coalmine status" shows it.');
}
