import type { Command } from 'commander';
import { follow } from './follow.ts';
import { withSession, type Session } from './session.ts';
import { readSpec } from './spec-file.ts';
import type { Brief } from '../client.ts';
import { print, printJson, say } from './terminal.ts';

interface Options {
  release?: string;
  watch?: true;
  json?: true;
}

/** `coalmine start`: from a file to a rollout that runs. */
export function startCommand(program: Command): void {
  program
    .command('start')
    .description('Start the rollout that a file describes')
    .argument('<file>', "a rollout's YAML file")
    .option('--release <version>', 'the version to release; the file may then leave it out')
    .option('--watch', 'watch it until it has ended; the exit code says how')
    .option('--json', 'one JSON object; with --watch one per change, one a line')
    .action(async (file: string, options: Options) => {
      const { spec } = await readSpec(file, options.release);
      await withSession(async (session) => {
        const started = await session.rollouts.start(spec, { onWait: tellOfTheWait });
        tell(session, { ...started, service: spec.service, version: spec.version }, options);
        if (!options.watch) return;
        const json = options.json ?? false;
        process.exitCode = await follow(session.rollouts, spec.service, { json, firstRunId: started.runId });
      });
    });
}

/** On the standard error: what is on the standard output may be read by a program. */
function tellOfTheWait({ service, version }: Brief): void {
  say([
    `The rollout of ${service} ${version ?? ''} still keeps the earlier version running. It is promoted first; the new rollout starts once it has ended.`,
  ]);
}

function tell(
  { webUi }: Session,
  started: { rollout: string; runId: string; service: string; version: string },
  { watch, json }: Options,
): void {
  const { rollout, runId, service, version } = started;
  const url = webUi(rollout, runId);
  if (json) {
    printJson({ ...started, webUi: url });
    return;
  }
  print([
    `Started ${rollout}: ${service} ${version}`,
    ...(url === null ? [] : [`Web UI: ${url}`]),
    ...(watch ? [''] : [`Next: coalmine watch ${service}`]),
  ]);
}
