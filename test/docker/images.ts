import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Why the tests are skipped; null if they are not. */
    noDocker: string | null;
  }
}

const advice =
  'test/docker needs a Docker engine with compose 2.24 or newer (https://docs.docker.com/engine/install/; on Debian, as root: test/docker/engine.sh)';

/** Once before all tests: looks for an engine. */
export default async function setup(project: TestProject): Promise<void> {
  const lacking = await lack();
  project.provide('noDocker', lacking);
  if (lacking !== null) {
    if (process.env['CI']) throw new Error(lacking);
    console.warn(`skipped: ${lacking}`);
  }
}

/** Makes the images of docker-compose.yml, those of this checkout included. */
export async function makeStackImages(): Promise<void> {
  const make = spawn(fileURLToPath(new URL('images/make.sh', import.meta.url)), { stdio: 'inherit' });
  const [code] = (await once(make, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`test/docker/images/make.sh ended with exit code ${String(code)}`);
}

async function lack(): Promise<string | null> {
  const run = promisify(execFile);
  try {
    await run('docker', ['info', '--format', '{{.ServerVersion}}'], { timeout: 20_000 });
    await run('docker', ['compose', 'version'], { timeout: 20_000 });
    return null;
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: string };
    return `${advice}; found: ${(stderr?.trim() || message).split('\n').join(' ')}`;
  }
}
