import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { anyFreePort } from '../src/temporal/ports.ts';

/** `coalmine worker` as a process, handled as an orchestrator handles it. */
export interface Worker {
  /** SIGTERM; resolves once it is gone, with its exit code and how long that took (ms). */
  end: () => Promise<{ code: number | null; took: number }>;
}

/** As it is installed: from sources each start would bundle the workflows first. */
const main = fileURLToPath(new URL('../dist/src/cli/main.js', import.meta.url));

/**
 * Comes back once /readyz says so. Its log goes to this process's standard error, from warnings on.
 *
 * @param environment what it has besides
 */
export async function startWorker(
  temporal: string,
  environment: Record<string, string> = {},
): Promise<Worker> {
  const health = `127.0.0.1:${String(await anyFreePort())}`;
  const child = spawn(process.execPath, [main, 'worker'], {
    env: {
      ...process.env,
      TEMPORAL_ADDRESS: temporal,
      COALMINE_ALLOW_HOSTS: 'loopback',
      COALMINE_HEALTH_ADDRESS: health,
      COALMINE_LOG_LEVEL: 'warn',
      ...environment,
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const exited = once(child, 'exit') as Promise<[number | null]>;
  while (!(await isReady(health))) {
    if (child.exitCode !== null) throw new Error(`the worker ended with ${String(child.exitCode)}`);
    await delay(100);
  }
  return {
    end: async () => {
      const asked = performance.now();
      child.kill('SIGTERM');
      const [code] = await exited;
      return { code, took: performance.now() - asked };
    },
  };
}

async function isReady(address: string): Promise<boolean> {
  try {
    return (await fetch(`http://${address}/readyz`)).ok;
  } catch {
    return false;
  }
}
