import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

const cli = path('../../dist/src/cli/main.js');
const platform = path('../platform/main.ts');
const companion = path('companion.js');
const lifeline = import.meta.resolve('../platform/lifeline.js');
const tsx = import.meta.resolve('tsx');

/** How long a program may take to end when asked to, in ms. */
const endWithin = 15_000;

/** A program that runs beside the demo, and no longer than it, however the demo dies. */
export interface Program {
  /** The JSON object that it prints once it is ready. Throws if it ends before. */
  ready: () => Promise<unknown>;
  /** Asks it to end, and waits until it has. */
  end: () => Promise<void>;
}

export interface Surroundings {
  cwd: string;
  /** The file that what it says to people goes to. */
  log: string;
  /** Hears it too, line by line, until it is ready. */
  hear: (line: string) => void;
  /** Variables that it has besides those of the demo. */
  environment?: Record<string, string>;
}

/** The example platform. */
export function runPlatform(args: string[], around: Surroundings): Program {
  return launch(['--import', tsx, platform, ...args], around);
}

/** A program that is not ours, such as Prometheus. */
export function runBinary(binary: string, args: string[], around: Surroundings): Program {
  return launch([companion, binary, ...args], around);
}

/** A command of the built CLI that runs until it is ended. */
export function runCoalmine(args: string[], around: Surroundings): Program {
  return launch([builtCli(), ...args], around);
}

/** A command of the built CLI that ends by itself. Throws, with what it said, if it fails. */
export async function coalmine(args: string[], cwd: string): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [builtCli(), ...args], {
    cwd,
    env: environment(),
  });
  return stdout;
}

function launch(args: string[], { cwd, log, hear, environment: own = {} }: Surroundings): Program {
  const child = spawn(process.execPath, ['--import', lifeline, ...args], {
    cwd,
    env: { ...environment(), ...own },
    stdio: ['pipe', 'pipe', 'pipe'],
    // In a group of its own: Ctrl-C is for the demo, which ends its programs in order.
    detached: true,
    windowsHide: true,
  });
  const exited = once(child, 'exit');
  let isReady = false;
  createInterface(child.stderr).on('line', (line) => {
    appendFileSync(log, `${line}\n`);
    if (!isReady) hear(line);
  });
  const firstLine = once(createInterface(child.stdout), 'line');

  return {
    ready: async () => {
      const died = exited.then(([code, signal]: unknown[]) => {
        throw new Error(`${args.join(' ')} ended with ${String(signal ?? code)} before it was ready`);
      });
      const [line] = (await Promise.race([firstLine, died])) as [string];
      isReady = true;
      return JSON.parse(line) as unknown;
    },
    end: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      const late = setTimeout(() => child.kill('SIGKILL'), endWithin);
      await exited;
      clearTimeout(late);
    },
  };
}

function builtCli(): string {
  if (existsSync(cli)) return cli;
  throw new Error(`There is no ${cli}. Build it: npm run build`);
}

/** Without what names a Temporal server: the demo has its own, and leaves every other one alone. */
function environment(): NodeJS.ProcessEnv {
  const { TEMPORAL_CLI_PATH: binary, ...others } = process.env;
  return {
    ...Object.fromEntries(Object.entries(others).filter(([name]) => !name.startsWith('TEMPORAL_'))),
    ...(binary && { TEMPORAL_CLI_PATH: resolve(binary) }),
  };
}
