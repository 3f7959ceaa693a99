import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { onTestFinished } from 'vitest';
import { finished, type Finished } from '../cli/coalmine.ts';

type Environment = Record<string, string>;

type Child = ChildProcessByStdio<null, Readable, Readable>;

/** Runs a program to its end, whatever it is. */
export function outcomeOf(cwd: string, command: readonly string[], env: Environment = {}): Promise<Finished> {
  return finished(start(cwd, command, env));
}

/** Runs a program that must end well, and returns its standard output. */
export async function run(cwd: string, command: readonly string[], env: Environment = {}): Promise<string> {
  const { code, stdout, stderr } = await outcomeOf(cwd, command, env);
  if (code === 0) return stdout;
  throw new Error(`${command.join(' ')} ended with ${String(code)}:\n${stdout}${stderr}`);
}

/** Starts a program that stays until the test ends; comes back once it has said enough. */
export async function stay(
  cwd: string,
  command: readonly string[],
  { env = {}, enough }: { env?: Environment; enough: (said: string) => boolean },
): Promise<void> {
  const child = start(cwd, command, env);
  const closed = once(child, 'close');
  onTestFinished(async () => {
    interrupt(child);
    await closed;
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
  }
  while (!enough(said)) {
    await Promise.race([once(child.stdout, 'data'), closed]);
    if (hasEnded(child)) throw new Error(`${command.join(' ')} ended:\n${said}`);
  }
}

/** What is set for the checkout says nothing to a package elsewhere. */
const surroundings = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^(TEMPORAL|COALMINE)_/.test(name)),
);

function start(cwd: string, [program = '', ...args]: readonly string[], env: Environment): Child {
  return spawn(program, args, {
    cwd,
    env: { ...surroundings, NO_COLOR: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A process group of its own, as in a terminal: Ctrl-C reaches all that it has started.
    detached: true,
  });
}

function interrupt(child: Child): void {
  if (child.pid !== undefined && !hasEnded(child)) process.kill(-child.pid, 'SIGINT');
}

function hasEnded({ exitCode, signalCode }: Child): boolean {
  return exitCode !== null || signalCode !== null;
}
