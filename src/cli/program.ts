import { Command, CommanderError } from 'commander';
import pc from 'picocolors';
import { version } from '../version.ts';
import { codecServerCommand } from './codec-server.ts';
import { devCommand } from './dev.ts';
import { doctorCommand } from './doctor.ts';
import { exitCodeMeanings } from './exit-codes.ts';
import { judgeFilesCommand } from './judge-files.ts';
import { listCommand } from './list.ts';
import { forecastCommand } from './forecast.ts';
import { initCommand } from './init.ts';
import { replayCommand } from './replay.ts';
import { reportOf } from './report.ts';
import { startCommand } from './start.ts';
import { statusCommand } from './status.ts';
import { drawn, say, sayJson } from './terminal.ts';
import { validateCommand } from './validate.ts';
import { verbCommands } from './verb.ts';
import { watchCommand } from './watch.ts';
import { workerCommand } from './worker.ts';

/** Runs one command line and returns what to exit with. */
export async function run(argv: readonly string[]): Promise<number> {
  const json = argv.includes('--json');
  try {
    await program(json).parseAsync(argv, { from: 'user' });
    return Number(process.exitCode ?? 0);
  } catch (error) {
    const report = reportOf(error);
    if (json && report.exitCode !== 0) sayJson({ error: report });
    else if (!(error instanceof CommanderError)) say(report.message.split('\n').map(pc.red));
    return report.exitCode;
  }
}

function program(json: boolean): Command {
  const coalmine = new Command('coalmine')
    .description('Durable canary releases on Temporal')
    .version(version)
    // `start FILE --version 2.4.0` is a mistake to be told of, not a question for ours.
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({
      ...(json && { writeErr: () => undefined }),
      outputError: (text, write) => {
        write(drawn(text.split('\n')).join('\n'));
      },
    })
    .showHelpAfterError('See what there is: coalmine --help')
    .addHelpText('after', exitCodeHelp());
  for (const [heading, commands] of Object.entries(groups)) {
    coalmine.commandsGroup(heading);
    for (const add of commands) add(coalmine);
  }
  return coalmine.helpCommand('help [command]', 'Show the help of a command');
}

/** Each adds its command, or commands, to the program. */
const groups: Record<string, ((program: Command) => void)[]> = {
  'Release:': [initCommand, startCommand, validateCommand, forecastCommand, judgeFilesCommand],
  'See rollouts:': [watchCommand, statusCommand, listCommand],
  'Talk to a rollout:': [verbCommands],
  'Run:': [devCommand, workerCommand, codecServerCommand, doctorCommand, replayCommand],
};

function exitCodeHelp(): string {
  const lines = Object.entries(exitCodeMeanings).map(
    ([code, meaning]: [string, string]) => `  ${code}  ${meaning}`,
  );
  return ['', 'Exit codes:', ...lines].join('\n');
}
