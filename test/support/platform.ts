/** The example platform as a process of its own, as a reader would run it. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import axios from 'axios';
import { onTestFinished } from 'vitest';
import type { RecordedCall } from '../../examples/platform/calls.ts';
import type { TrackName } from '../../examples/platform/contract.ts';
import type { TrackCount } from '../../examples/platform/counters.ts';

export interface RunningCopy {
  track: TrackName;
  version: string;
  state: 'starting' | 'serving' | 'draining';
  url: string;
  pid: number;
  /** Its open requests. */
  open: number;
}

export interface RunningPlatform {
  control: string;
  front: string;
  /** Where the contract is answered. */
  url: string;
  pid: () => number;
  calls: () => Promise<RecordedCall[]>;
  stats: (track: TrackName) => Promise<TrackCount>;
  copies: () => Promise<RunningCopy[]>;
  /** Ends when the process has. */
  kill: (signal: NodeJS.Signals) => Promise<void>;
  /** Asks it to end, and removes its directory. */
  stop: () => Promise<void>;
  /** At the same addresses, with the state that it left behind; ends it first if it still runs. */
  restart: () => Promise<void>;
}

const main = fileURLToPath(new URL('../../examples/platform/main.ts', import.meta.url));
const lifeline = new URL('../../examples/platform/lifeline.js', import.meta.url).href;

interface PlatformOptions {
  stable?: string | null;
  copies?: number;
  splitBy?: 'request' | 'user';
}

/** Starts one on free ports, in a directory of its own; `stable: null` waits for its first release. */
export async function launchPlatform({
  stable = '14.1.0',
  copies = 3,
  splitBy = 'request',
}: PlatformOptions = {}): Promise<RunningPlatform> {
  const directory = await mkdtemp(join(tmpdir(), 'coalmine-platform-'));
  const options = ['--directory', directory, '--copies', String(copies), '--split-by', splitBy];
  if (stable !== null) options.push('--stable', stable);
  let running = await run([...options, '--port', '0', '--front-port', '0']);
  const { control, front } = running;
  const fixed = [...options, '--port', new URL(control).port, '--front-port', new URL(front).port];

  async function ask<T>(path: string): Promise<T> {
    return (await axios.get<T>(`${control}${path}`)).data;
  }

  async function kill(signal: NodeJS.Signals): Promise<void> {
    const { child } = running;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
  }

  return {
    control,
    front,
    url: `${control}/coalmine`,
    pid: () => running.pid,
    calls: () => ask('/calls'),
    stats: (track) => ask(`/stats?track=${track}`),
    copies: () => ask('/copies'),
    kill,
    stop: async () => {
      await kill('SIGTERM');
      await rm(directory, { recursive: true, force: true });
    },
    restart: async () => {
      await kill('SIGTERM');
      running = await run(fixed);
    },
  };
}

/** Starts one that ends with the test. */
export async function startPlatform(options: PlatformOptions = {}): Promise<RunningPlatform> {
  const platform = await launchPlatform(options);
  onTestFinished(platform.stop);
  return platform;
}

interface Running {
  child: ChildProcess;
  control: string;
  front: string;
  pid: number;
}

/** Should the test's process die, the end of its standard input ends the platform too. */
async function run(options: string[]): Promise<Running> {
  const child = spawn(process.execPath, ['--import', lifeline, '--import', 'tsx', main, ...options], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  for await (const line of createInterface(child.stdout)) {
    return { child, ...(JSON.parse(line) as Omit<Running, 'child'>) };
  }
  throw new Error(`the platform did not start: ${[main, ...options].join(' ')}`);
}
