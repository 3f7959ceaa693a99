import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';

const script = fileURLToPath(new URL('./run.ts', import.meta.url));

/** Runs the vectors, each file a list of its own, and gives the lines and the exit code. */
async function run(...files: unknown[][]): Promise<{ lines: string[]; code: number }> {
  const directory = await mkdtemp(join(tmpdir(), 'coalmine-vectors-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  const paths = files.map((_, at) => join(directory, `${at}.json`));
  await Promise.all(files.map((vectors, at) => writeFile(paths[at] ?? '', JSON.stringify({ vectors }))));
  const args = ['--import', import.meta.resolve('tsx'), script, ...paths];
  return new Promise((resolve) => {
    execFile(process.execPath, args, (error, stdout) =>
      resolve({ lines: stdout.trim().split('\n'), code: Number(error?.code ?? 0) }),
    );
  });
}

const half = {
  name: 'half',
  experiment: [1, 2],
  control: [1, 2],
  params: { fn: 'cles' },
  expected: { value: 0.5 },
};
const wrong = { ...half, name: 'wrong', expected: { value: 0.7 } };
const judged = {
  name: 'no change',
  experiment: [1, 2, 3],
  control: [3, 2, 1],
  params: {
    groupWeights: {},
    scoreThresholds: { pass: 75, marginal: 50 },
    metric: { groups: ['g'], canary: {} },
  },
  expected: {
    score: 100,
    classification: 'Pass',
    reason: '',
    groups: [{ name: 'g', score: 100 }],
    metrics: [{ name: 'm', classification: 'Pass', critical: false, ratio: 1 }],
  },
};

test('closes with what passed', async () => {
  const { lines, code } = await run([half], [judged]);
  expect({ lines, code }).toEqual({ lines: ['2 passed, 0 failed'], code: 0 });
});

test('says what failed, a function that it does not know too, and exits with 1', async () => {
  const { lines, code } = await run([half, wrong, { ...half, name: 'new', params: { fn: 'other' } }]);
  expect(code).toBe(1);
  expect(lines).toHaveLength(3);
  expect(lines[0]).toContain('wrong: value: found 0.5, expected 0.7');
  expect(lines[1]).toContain('new: no adapter for other');
  expect(lines[2]).toBe('1 passed, 2 failed');
});
