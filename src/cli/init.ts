import { InvalidArgumentError, type Command } from 'commander';
import { dockerSpec, prometheusAmong, type Given } from './init/docker-spec.ts';
import { inspectAll } from './init/inspected.ts';
import { findProxy, sendingTo } from './init/traefik.ts';
import { canvas, print, say } from './terminal.ts';
import { warningLines } from './view/warnings.ts';

/** `coalmine init`: a first spec, from what runs. */
export function initCommand(program: Command): void {
  program
    .command('init')
    .description('Write a first spec for what runs today, to standard output')
    .command('docker')
    .description('Of a container that runs, behind the Traefik that runs beside it')
    .argument('<container>', 'its name')
    .option('--service <name>', 'the name of the service; by default that of the container')
    .option('--port <number>', 'the port on which it answers; by default the one that it exposes', port)
    .action(async (name: string, given: Given) => {
      const { container, others } = await inspectAll(name);
      const proxy = findProxy(others);
      const sending = proxy?.api === null || proxy === null ? null : await sendingTo(container, proxy.api);
      const { text, notes } = dockerSpec(
        { container, proxy, sending, prometheus: prometheusAmong(others) },
        given,
      );
      print(text.trimEnd().split('\n'));
      say(warningLines(notes, canvas()));
    });
}

function port(text: string): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= 1 && number <= 65_535) return number;
  throw new InvalidArgumentError('A port is a whole number from 1 to 65535.');
}
