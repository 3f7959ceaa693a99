import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, vi } from 'vitest';
import type { LoadResult } from '../../activities/generate-load.ts';
import type { RolloutSpec } from '../../src/spec/schema.ts';
import { commandLine } from '../../src/temporal/processes.ts';
import { activitiesOf } from '../support/history.ts';
import { expectAll, canary, stable, test, type Lab } from './lab.ts';

const tool = fileURLToPath(new URL('../support/load-tool.js', import.meta.url));

function commandLoad(duration: `${number}s`, ...options: string[]): NonNullable<RolloutSpec['load']> {
  const command = [process.execPath, tool, '$url', '$rate', '$duration', '$summary', ...options];
  return { type: 'command', path: '/', rate: '20/s', duration, command };
}

/** Where the tool is to write the ids of its processes, and what waits for those that are not in `known`. */
async function watchTool(): Promise<{ file: string; processes: (known?: number[]) => Promise<number[]> }> {
  const directory = await mkdtemp(join(tmpdir(), 'coalmine-test-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  const file = join(directory, 'pids');
  return {
    file,
    processes: (known = []) =>
      vi.waitFor(async () => {
        const pids = (await readFile(file, 'utf8')).split(' ').map(Number);
        expect(pids).toHaveLength(2);
        expect(pids.filter((pid) => known.includes(pid))).toEqual([]);
        return pids;
      }, 60_000),
  };
}

async function expectGone(pids: number[], within: number): Promise<void> {
  await vi.waitFor(
    async () => expect(await Promise.all(pids.map(commandLine))).toEqual(pids.map(() => null)),
    within,
  );
}

async function loadOf(lab: Lab): Promise<{ attempts: number; result: LoadResult }> {
  const loads = (await activitiesOf(lab.handle)).filter(({ type }) => type === 'generateLoad');
  expect(loads).toHaveLength(1);
  const [{ attempts, result } = { attempts: 0, result: null }] = loads;
  return { attempts, result: result as LoadResult };
}

describe.concurrent('a rollout whose test is a command', { timeout: 120_000 }, () => {
  test('is judged by the summary, and promoted', async ({ lab }) => {
    await lab.start({ load: commandLoad('3s') });
    const result = await lab.handle.result();
    expect(result).toMatchObject({ outcome: 'promoted', verified: true });
    expect(result.verdicts[0]).toMatch(/^test: load-errors: 0% \(.*\): 0 of \d+ requests/);
    await expectAll(canary, lab);
    const { requests, errors } = (await loadOf(lab)).result;
    expect({ errors, many: requests > 40 && requests <= 60 }).toEqual({ errors: 0, many: true });
  });

  test('is taken back if the command fails, with what it said', async ({ lab }) => {
    const fails = "console.error('no such scenario'); process.exit(3)";
    await lab.start({
      load: { type: 'command', path: '/', command: [process.execPath, '-e', fails, '$url', '$summary'] },
    });
    const { outcome, cause } = await lab.handle.result();
    expect(outcome).toBe('rolled-back');
    expect(cause).toMatch(
      /ended with exit code 3, expected 0, and said: no such scenario; correct load\.command/,
    );
    await expectAll(stable, lab);
  });

  test('leaves no process when it is cancelled, not even one that heeds no SIGTERM', async ({ lab }) => {
    const { file, processes } = await watchTool();
    await lab.start({ load: commandLoad('60s', '--stubborn', file) });
    const pids = await processes();
    await lab.handle.cancel();
    expect(await lab.handle.result()).toMatchObject({ outcome: 'aborted', verified: true });
    await expectGone(pids, 15_000);
    await expectAll(stable, lab);
  });

  test('leaves no process when its worker is killed, and goes on with another', async ({ lab }) => {
    const { file, processes } = await watchTool();
    await lab.start({ load: commandLoad('30s', '--stubborn', file) });
    const pids = await processes();
    await lab.killWorker();
    await expectGone(pids, 15_000);
    await lab.startWorker();
    await expectGone(await processes(pids), 90_000);
    expect(await lab.handle.result()).toMatchObject({ outcome: 'promoted', verified: true });
    const { attempts, result } = await loadOf(lab);
    expect(attempts).toBeGreaterThan(1);
    expect(result.errors).toBe(0);
    expect(result.requests).toBeGreaterThan(0);
  });
});
