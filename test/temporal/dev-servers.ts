import { rm } from 'node:fs/promises';
import { onTestFinished } from 'vitest';
import type { DevServer } from '../../src/temporal/dev-server.ts';
import { startDevServer, stopDevServer } from '../../src/temporal/dev-server.ts';
import { temporalPath } from '../support/binaries.ts';
import { scratchDirectory } from './scratch-directory.ts';

/** A directory whose dev server, if the running test starts one, is ended with the test. */
export async function serverDirectory(): Promise<string> {
  const directory = await scratchDirectory();
  onTestFinished(async () => {
    await stopDevServer(directory);
    await rm(directory, { recursive: true, force: true });
  });
  return directory;
}

export function start(directory: string): Promise<DevServer> {
  return startDevServer({ directory, binary: temporalPath, progress: () => undefined });
}
