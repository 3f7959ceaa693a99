import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

export interface Finished {
  code: number | null;
  stdout: string;
  stderr: string;
}

type Cli = ChildProcessByStdio<null, Readable, Readable>;

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const tsx = import.meta.resolve('tsx');

/** Runs the real command line to its end, in an empty environment but for what a test gives. */
export function coalmine(
  args: string[],
  env: Record<string, string> = {},
  cwd = tmpdir(),
): Promise<Finished> {
  return finished(launch(args, env, cwd));
}

/** Starts the real command line; it does not outlive the test. */
export function launch(args: string[], env: Record<string, string>, cwd: string): Cli {
  const cli = spawn(process.execPath, ['--import', tsx, main, ...args], {
    env: { PATH: process.env['PATH'], HOME: tmpdir(), NO_COLOR: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    cwd,
  });
  onTestFinished(() => void cli.kill('SIGKILL'));
  return cli;
}

/** All that a command says, and its exit code. */
export async function finished(cli: Cli): Promise<Finished> {
  const [stdout, stderr, [code]] = await Promise.all([
    text(cli.stdout),
    text(cli.stderr),
    once(cli, 'close') as Promise<[number | null]>,
  ]);
  return { code, stdout, stderr };
}

/** A directory that is gone after the test. */
export async function emptyDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'coalmine-cli-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  return directory;
}

/** The path of a file that is gone after the test. */
export async function fileWith(content: string): Promise<string> {
  const path = join(await emptyDirectory(), 'rollout.yaml');
  await writeFile(path, content);
  return path;
}
