import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

export interface Finished {
  code: number | null;
  stdout: string;
  stderr: string;
}

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const tsx = import.meta.resolve('tsx');

/** Runs the real command line in an empty environment but for what a test gives. */
export async function coalmine(args: string[], env: Record<string, string> = {}): Promise<Finished> {
  const cli = spawn(process.execPath, ['--import', tsx, main, ...args], {
    env: { PATH: process.env['PATH'], HOME: tmpdir(), NO_COLOR: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    cwd: tmpdir(),
  });
  onTestFinished(() => void cli.kill('SIGKILL'));
  const [stdout, stderr, [code]] = await Promise.all([
    text(cli.stdout),
    text(cli.stderr),
    once(cli, 'close') as Promise<[number | null]>,
  ]);
  return { code, stdout, stderr };
}

/** A file that is gone after the test; returns its path. */
export async function fileWith(content: string): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'coalmine-cli-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  const path = join(directory, 'rollout.yaml');
  await writeFile(path, content);
  return path;
}
