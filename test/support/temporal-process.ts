import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { inject } from 'vitest';
import { anyFreePort } from '../../src/temporal/ports.ts';
import { answers } from '../../src/temporal/reachable.ts';
import { registeringArguments } from '../../src/temporal/search-attributes.ts';
import { applySettings, partitionArguments } from '../../src/temporal/server-settings.ts';
import { killed } from './worker-process.ts';

/** A Temporal dev server as a process of its own, on a database that outlives it. */
export interface TemporalProcess {
  address: string;
  /** `kill -9`; resolves when it is dead. */
  kill: () => Promise<void>;
  /** On the same database and port. */
  restart: () => Promise<void>;
  /** Kills it, and removes its database. */
  close: () => Promise<void>;
}

/**
 * @param dynamicConfig the server's own settings, `name=value` each
 * @param ip where it listens
 */
export async function startTemporalProcess(
  dynamicConfig: readonly string[] = [],
  ip = '127.0.0.1',
): Promise<TemporalProcess> {
  const directory = await mkdtemp(join(tmpdir(), 'coalmine-temporal-'));
  const argsAt = (port: number): string[] => [
    ...['server', 'start-dev', '--headless', '--ip', ip, '--port', String(port)],
    ...['--db-filename', join(directory, 'temporal.db')],
    ...['--sqlite-pragma', 'journal_mode=WAL', '--sqlite-pragma', 'synchronous=NORMAL'],
    ...registeringArguments,
    ...partitionArguments,
    ...dynamicConfig.flatMap((setting) => ['--dynamic-config-value', setting]),
  ];
  const { port, ...first } = await launchSomewhere(argsAt);
  let { server } = first;
  const address = `127.0.0.1:${port}`;
  return {
    address,
    kill: () => killed(server),
    restart: async () => {
      server = await launch(argsAt(port), address);
    },
    close: async () => {
      await killed(server);
      await rm(directory, { recursive: true });
    },
  };
}

/** Between the look at a port and the server's own somebody may take it: then on another one. */
async function launchSomewhere(
  argsAt: (port: number) => string[],
): Promise<{ port: number; server: ChildProcess }> {
  for (let tries = 1; ; tries += 1) {
    const port = await anyFreePort();
    try {
      return { port, server: await launch(argsAt(port), `127.0.0.1:${port}`) };
    } catch (error) {
      if (tries === 3) throw error;
    }
  }
}

async function launch(args: string[], address: string): Promise<ChildProcess> {
  const server = spawn(inject('temporal'), args, { stdio: 'ignore' });
  const end = Date.now() + 30_000;
  while (!(await answers(address, 1_000))) {
    if (server.exitCode !== null || Date.now() > end) {
      await killed(server);
      throw new Error(`the Temporal server does not answer: temporal ${args.join(' ')}`);
    }
    await delay(50);
  }
  try {
    await applySettings(address);
  } catch (error) {
    await killed(server);
    throw error;
  }
  return server;
}
