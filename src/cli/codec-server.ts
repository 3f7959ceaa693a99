import { once } from 'node:events';
import type { Command } from 'commander';
import { ConfigError, readConfig } from '../config.ts';
import { viewerCodec } from '../payloads/codec.ts';
import { serveCodec } from '../payloads/codec-server.ts';
import { print, printJson } from './terminal.ts';

interface Options {
  host: string;
  port: string;
  origin: string[];
  json?: true;
}

/** `coalmine codec-server`: what lets Temporal's own tools read encrypted payloads. */
export function codecServerCommand(program: Command): void {
  program
    .command('codec-server')
    .description(
      'Decrypt payloads for the temporal CLI and the Web UI; whoever can connect can read everything',
    )
    .option('--host <host>', 'address to listen at', '127.0.0.1')
    .option('--port <port>', 'port to listen at; 0: any that is free', '8081')
    .option(
      '--origin <origin>',
      'a Web UI that may ask, such as http://localhost:8233; may be given several times',
      (origin: string, others: string[]) => [...others, origin],
      [],
    )
    .option('--json', 'one JSON object once it listens')
    .action(async ({ host, port, origin: origins, json }: Options) => {
      const { payloadKeys } = readConfig();
      if (payloadKeys.decrypting.size === 0)
        throw new ConfigError(
          'COALMINE_PAYLOAD_KEYS is not set: the codec server decrypts with the keys that the workers have.',
        );
      const server = await serveCodec({ host, port: portOf(port), origins }, viewerCodec(payloadKeys)).catch(
        (error: unknown) => {
          throw new ConfigError(
            `The codec server cannot listen at ${host}:${port} (${error instanceof Error ? error.message : String(error)}): ` +
              'choose another by --host and --port.',
            { cause: error },
          );
        },
      );
      const told = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
      if (json) printJson({ url: server.url });
      else
        print([
          `Codec server: ${server.url}, until Ctrl-C. Whoever can connect to it can read everything.`,
          `temporal workflow show --workflow-id rollout/SERVICE --codec-endpoint ${server.url}`,
        ]);
      await told;
      await server.close();
    });
}

function portOf(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : NaN;
  if (!(port <= 65_535))
    throw new ConfigError(`--port: found ${JSON.stringify(text)}, expected a number from 0 to 65535`);
  return port;
}
