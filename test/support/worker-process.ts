import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { inject } from 'vitest';

/** A worker as a process of its own. */
export interface WorkerProcess {
  pid: number;
  /** `kill -9`; resolves when it is dead. */
  kill: () => Promise<void>;
}

const main = fileURLToPath(new URL('worker-main.ts', import.meta.url));

/** Starts one with every real adapter, which may use this machine and Node; comes back when it polls. */
export async function startWorkerProcess(
  address: string,
  env: Record<string, string> = {},
): Promise<WorkerProcess> {
  const args = ['--import', 'tsx', main, inject('workflowBundle')];
  const child = spawn(process.execPath, args, {
    env: {
      ...process.env,
      TEMPORAL_ADDRESS: address,
      COALMINE_ALLOW_HOSTS: 'loopback',
      COALMINE_ALLOW_COMMANDS: process.execPath,
      ...env,
    },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  for await (const line of createInterface(child.stdout)) {
    return { pid: Number(line), kill: () => killed(child) };
  }
  throw new Error(`the worker did not start: ${args.join(' ')}`);
}

/** Ends a process that a test started as no process can prevent, and waits until it is dead. */
export async function killed(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}
