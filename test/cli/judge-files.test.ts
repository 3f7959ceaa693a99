import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readFile, writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { coalmine, emptyDirectory, type Finished } from './coalmine.ts';

const example = fileURLToPath(new URL('../../examples/kayenta/', import.meta.url));

interface Inputs {
  canary?: unknown;
  baseline?: unknown;
}

/** Judges the example, with other points of its arms where they are given. */
async function judge({ canary, baseline }: Inputs, ...options: string[]): Promise<Finished> {
  const directory = await emptyDirectory();
  const file = async (name: string, content: unknown): Promise<string> => {
    if (content === undefined) return join(example, name);
    await writeFile(join(directory, name), JSON.stringify(content));
    return join(directory, name);
  };
  const config = join(example, 'kayenta.json');
  const arms = [
    '--canary',
    await file('canary.json', canary),
    '--baseline',
    await file('baseline.json', baseline),
  ];
  return coalmine(['judge', '--config', config, ...arms, ...options]);
}

const calm = [1, 1.1, 0.9, 1.05, 0.95, 1.02];

function arm(errors: number[]): Record<string, number[]> {
  return { 'error-rate': errors, 'latency-p99': calm, cpu: calm };
}

describe('judge', () => {
  test('says the score, the groups and why each metric is what it is; marginal exits with 11', async () => {
    const { code, stdout } = await judge({});
    expect(code).toBe(11);
    expect(stdout).toContain('score 70: Marginal (Pass from 80, Marginal from 50)');
    expect(stdout).toMatch(/latency +0 +30%/);
    expect(stdout).toMatch(/latency-p99 \{region: eu\} +High .*30 v 30 +latency-p99 was classified as High/);
  });

  test('exits with 0 for a pass, by thresholds of the command line too', async () => {
    expect((await judge({ canary: arm(calm), baseline: arm(calm) })).code).toBe(0);
    expect((await judge({}, '--pass', '70')).code).toBe(0);
  });

  test('exits with 12 for a canary that fails, with the reason', async () => {
    const bad = arm(calm.map((value) => value * 3));
    const { code, stdout } = await judge({ canary: bad, baseline: arm(calm) });
    expect(code).toBe(12);
    expect(stdout).toContain('Canary Failed: The metric error-rate was classified as High (Critical)');
  });

  test('gives all of it in JSON', async () => {
    const { stdout } = await judge({}, '--json', '--compat');
    const result = JSON.parse(stdout) as { metrics: unknown[] };
    expect(result).toMatchObject({
      score: 70,
      classification: 'Marginal',
      thresholds: { pass: 80, marginal: 50 },
      groups: [{ name: 'errors', score: 100, weight: 50 }, { name: 'latency' }, { name: 'saturation' }],
    });
    expect(result.metrics).toHaveLength(4);
  });

  test('refuses too few points, and passes them with --compat as Kayenta does', async () => {
    const few = { canary: arm([1.2]), baseline: arm([1]) };
    const refused = await judge(few, '--json');
    expect(refused.code).toBe(5);
    expect(JSON.parse(refused.stderr)).toMatchObject({
      error: { name: 'KayentaRefused', refusals: [{ trap: 'too-few-points' }, { trap: 'too-few-points' }] },
    });
    const { code, stdout } = await judge(few, '--compat');
    expect(code).toBe(0);
    expect(stdout).toMatch(/error-rate +Error/);
  });

  test('reads what is sent to Kayenta, and warns of what it does not look at', async () => {
    const config = JSON.parse(await readFile(join(example, 'kayenta.json'), 'utf8')) as object;
    const directory = await emptyDirectory();
    const wrapped = join(directory, 'request.json');
    const executionRequest = { thresholds: { pass: 60, marginal: 40 }, lifetimeDurationMins: 30 };
    await writeFile(
      wrapped,
      JSON.stringify({ canaryConfig: { ...config, owner: 'team' }, executionRequest }),
    );
    const arms = ['--canary', join(example, 'canary.json'), '--baseline', join(example, 'baseline.json')];
    const { code, stdout, stderr } = await coalmine(['judge', '--config', wrapped, ...arms]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^score 70: Pass \(Pass from 60, Marginal from 40\)/);
    expect(stderr).toContain("Warning: canaryConfig.owner: Kayenta's judge does not read it.");
    expect(stderr).toContain('Warning: executionRequest.lifetimeDurationMins: only its thresholds are read.');
    const json = await coalmine(['judge', '--config', wrapped, ...arms, '--json']);
    expect((JSON.parse(json.stdout) as { warnings: string[] }).warnings).toHaveLength(2);
    expect(json.stderr).toBe('');
  });

  test('says what is missing: a file, a series, thresholds', async () => {
    const missing = await judge({ canary: {} });
    expect(missing.code).toBe(5);
    expect(missing.stderr).toContain('metric error-rate: the canary has no series of it');
    const file = await coalmine(['judge', '--config', 'none.json', '--canary', 'c', '--baseline', 'b']);
    expect(file.code).toBe(2);
    expect(file.stderr).toContain('none.json cannot be read');
    const score = await judge({}, '--pass', '200');
    expect(score.code).toBe(2);
    expect(score.stderr).toContain('A score from 0 to 100 is expected.');
  });
});
