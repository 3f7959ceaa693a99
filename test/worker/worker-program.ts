/** `coalmine worker` as a process of its own, as its operator runs it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { killed } from '../support/worker-process.ts';

export interface WorkerProgram {
  pid: number;
  /** Its standard error so far, by lines. */
  lines: string[];
  /** SIGTERM; resolves with its exit code. */
  end: () => Promise<number | null>;
  kill: () => Promise<void>;
}

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const tsx = import.meta.resolve('tsx');

/** Comes back once it says that it runs. It may use this machine. */
export async function startWorkerProgram(
  address: string,
  env: Record<string, string> = {},
): Promise<WorkerProgram> {
  const child = spawn(process.execPath, ['--import', tsx, main, 'worker', '--json'], {
    env: {
      PATH: process.env['PATH'],
      HOME: tmpdir(),
      TEMPORAL_ADDRESS: address,
      COALMINE_ALLOW_HOSTS: 'loopback',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = once(child, 'exit') as Promise<[number | null]>;
  const lines: string[] = [];
  createInterface(child.stderr).on('line', (line) => lines.push(line));
  const ready = once(createInterface(child.stdout), 'line');
  const died = exited.then(([code]) => {
    throw new Error(`the worker ended with ${String(code)} before it ran:\n${lines.join('\n')}`);
  });
  await Promise.race([ready, died]);
  died.catch(() => undefined);
  return {
    pid: child.pid ?? 0,
    lines,
    end: async () => {
      child.kill('SIGTERM');
      const [code] = await exited;
      return code;
    },
    kill: () => killed(child),
  };
}
