import { join } from 'node:path';
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { coalmine, emptyDirectory } from './coalmine.ts';

const example = fileURLToPath(new URL('../../examples/compared.yaml', import.meta.url));

const measured = fileURLToPath(new URL('../../examples/metrics/http.yaml', import.meta.url));

/** The example without its latency, whose four bounds take the time of four metrics. */
async function rateOnly(change: (text: string) => string = (text) => text): Promise<string> {
  const file = join(await emptyDirectory(), 'rollout.yaml');
  const text = (await readFile(example, 'utf8')).replace(
    / {2}# How long requests took[^]*?(?=# From min on)/,
    '',
  );
  await writeFile(file, change(text));
  return file;
}
const usual = ['--rps', '100', '--error-rate', '0.5%', '--effect', '3'];

describe('forecast', () => {
  test('says when a clean release is promoted and when a worse one is found, and exits with 0', async () => {
    const { code, stdout } = await coalmine(['forecast', await rateOnly(), ...usual]);
    expect(code).toBe(0);
    expect(stdout.replace(/\s+/g, ' ')).toMatch(
      /A clean release is promoted in .* \(p90 .*\)\. A release with 3 × the errors is taken back after .*, with [\d,]+ requests exposed\./,
    );
    expect(stdout).toMatch(/^1 \(10%\) /m);
    expect(stdout).toMatch(/^3 × errors +\d+%/m);
  });

  test('says, and so does validate, that the promise does not cover a split by user whose requests are counted', async () => {
    const sentence =
      'alpha and beta do not cover errors: traffic is split by user, but requests are counted. ' +
      'Set countBy: user or noise.dispersion: docs/judging.md, "Sticky splits"';
    const file = await rateOnly((text) => `splitBy: user\n${text}`);
    for (const command of [
      ['forecast', file, ...usual],
      ['validate', file],
    ]) {
      const { code, stdout } = await coalmine(command);
      expect(code).toBe(0);
      expect(stdout.replace(/\s+/g, ' ')).toContain(sentence);
    }
    const counted = await rateOnly((text) =>
      `splitBy: user\n${text}`.replace(/name: errors$/m, 'name: errors\n    countBy: user'),
    );
    expect((await coalmine(['validate', counted])).stdout).not.toContain('do not cover');
    const { stdout } = await coalmine(['forecast', counted, ...usual]);
    expect(stdout.replace(/\s+/g, ' ')).toContain(
      'errors counts users: the simulation takes each request for a new user, so let --rps be new users a second.',
    );
  });

  test('says which metrics are read late, and how late', async () => {
    const { stdout } = await coalmine([
      'forecast',
      measured,
      '--rps',
      '150',
      '--error-rate',
      '1%',
      '--effect',
      '3',
    ]);
    expect(stdout.replace(/\s+/g, ' ')).toMatch(/errors.*: read up to 2 ?m(in)? after the end of a tick/);
  });

  test('gives all of it in JSON', async () => {
    const { code, stdout } = await coalmine([
      'forecast',
      await rateOnly(),
      ...usual,
      '--seed',
      '7',
      '--json',
    ]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      service: 'bakery',
      seed: 7,
      usual: { rps: 100, rates: { errors: 0.005 } },
      hopeless: false,
      advice: null,
    });
  });

  test('exits with 13 for a plan without hope, and says what to change', async () => {
    const file = await rateOnly((text) => text.replace('passBelow: 2', 'passBelow: 1.2'));
    const { code, stdout } = await coalmine(['forecast', file, '--rps', '2', ...usual.slice(2)]);
    expect(code).toBe(13);
    expect(stdout.replace(/\s+/g, ' ')).toMatch(/at 2 req\/s/i);
  });

  test.each([
    [['--error-rate', '0.5%'], '--rps'],
    [['--rps', '100'], 'Give --error-rate 0.5%, or --rate errors=0.5%.'],
    [['--rps', '-1', '--error-rate', '0.5%'], 'A number above 0'],
    [['--rps', '100', '--error-rate', '150%'], 'A share above 0 and below 1'],
    [['--rps', '100', '--rate', 'erors=0.5%'], 'there is errors'],
    [['--rps', '100', '--error-rate', '1%', '--effect', '1'], 'A number above 1'],
  ])('refuses %j', async (options, says) => {
    const { code, stderr } = await coalmine(['forecast', example, ...options]);
    expect(code).toBe(2);
    expect(stderr).toContain(says);
  });
});
