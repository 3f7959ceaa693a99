import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Hiding } from '../../hiding.ts';
import { startLifeline } from './lifeline.ts';
import { tailOf } from './tail.ts';

/** What is run, and where. */
export interface Command {
  file: string;
  args: readonly string[];
  /** The whole environment. */
  environment: Readonly<Record<string, string>>;
  /** Its own working directory, which is removed with it should this process die. */
  directory: string;
}

/** How a command ended. */
export interface Ended {
  code: number | null;
  /** The signal that ended it. */
  by: string | null;
  /** It had not ended by itself in its time, and was ended. */
  late: boolean;
  /** The last of what it wrote to standard error, without secrets. */
  said: string;
}

/** Milliseconds that a group has from SIGTERM to SIGKILL, and what SIGKILL has left is waited for after it. */
const patience = 3000;
const afterwards = 1000;

/**
 * Runs a command as a process group of its own, and returns when none of the group is left: it has ended by
 * itself, was ended at `until` (ms since 1970), or at the signal, whose reason it then throws. SIGKILL follows
 * SIGTERM after three seconds. A process that makes itself a group of its own is not followed. If this process
 * dies, the group is ended by what outlives it.
 *
 * @param hiding keeps secrets out of what it says
 * @throws NodeJS.ErrnoException if it cannot be started
 */
export async function runGroup(
  { file, args, environment, directory }: Command,
  until: number,
  hiding: Hiding,
  signal: AbortSignal,
): Promise<Ended> {
  const lifeline = await startLifeline(directory);
  const cut = new AbortController();
  const timer = setInterval(() => {
    if (Date.now() >= until) cut.abort();
  }, 500);
  try {
    signal.throwIfAborted();
    const child = spawn(file, args, {
      cwd: directory,
      env: environment,
      detached: true,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const tail = tailOf(child.stderr, hiding);
    const exited = once(child, 'exit') as Promise<[code: number | null, by: string | null]>;
    exited.catch(() => undefined); // It is looked at below, if anybody still wants to know.
    const group = child.pid;
    if (group !== undefined) {
      lifeline.hold(group);
      await Promise.race([exited, aborted(AbortSignal.any([signal, cut.signal]))]).finally(() =>
        endGroup(group),
      );
    }
    signal.throwIfAborted();
    const [code, by] = await exited;
    return { code, by, late: cut.signal.aborted, said: await tail() };
  } finally {
    clearInterval(timer);
    lifeline.release();
  }
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort');
}

async function endGroup(group: number): Promise<void> {
  for (const [signal, wait] of [
    ['SIGTERM', patience],
    ['SIGKILL', afterwards],
  ] as const) {
    if (!reaches(group, signal)) return;
    for (const end = Date.now() + wait; Date.now() < end;) {
      await sleep(20);
      if (!reaches(group, 0)) return;
    }
  }
}

/** Sends a signal; whether there was anybody left to get it. */
function reaches(group: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(-group, signal);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
