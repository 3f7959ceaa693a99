/** What the command line does without any server. */
import { tmpdir } from 'node:os';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { coalmine, fileWith, launch } from './coalmine.ts';
import { specOf } from './server.ts';

const refused = `service: checkout
version: 2.4.0
target: { type: http, url: ftp://somewhere }
every: never
steps: [ { weight: 200, bake: 1h } ]
`;

describe('validate', () => {
  test('shows the completed plan of a good file', async () => {
    const file = await fileWith(JSON.stringify(specOf('checkout')));
    const { code, stdout, stderr } = await coalmine(['validate', file]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('checkout v2');
    expect(stdout).toMatch(/1 +5% +1h +inconclusive: hold/);
    expect(stdout).toContain(`ok. Next: coalmine start ${file}`);
  });

  test('prints the plan as JSON, of the release that is asked for', async () => {
    const file = await fileWith(JSON.stringify(specOf('checkout')));
    const { stdout } = await coalmine(['validate', file, '--json', '--release', 'v9']);
    expect(JSON.parse(stdout)).toMatchObject({ version: 'v9', every: 1000, steps: [{ weight: 5 }] });
  });

  test('takes a file without a version as the template of the release that is asked for', async () => {
    const { version: _, ...template } = specOf('checkout');
    const file = await fileWith(JSON.stringify(template));
    const { code, stdout } = await coalmine(['validate', file, '--release', 'v9']);
    expect(code).toBe(0);
    expect(stdout).toContain('checkout v9');
    expect(stdout).toContain(`ok. Next: coalmine start ${file} --release v9`);
    const without = await coalmine(['validate', file]);
    expect(without.code).toBe(5);
    expect(without.stderr).toContain(`${file}:1:1 version: found nothing, expected text`);
  });

  test('warns of a file that would lose more than one clean release in twenty, and says how to ask', async () => {
    const metrics = [
      {
        ...{ name: 'errors', kind: 'rate', max: '2%' },
        source: { type: 'http', url: 'http://127.0.0.1:9/', events: '$.e', total: '$.n' },
      },
    ];
    const short = { ...specOf('checkout'), metrics, steps: [{ weight: 5, bake: '1m' }] };
    const file = await fileWith(JSON.stringify(short));
    const { code, stdout } = await coalmine(['validate', file]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/Warning: at 10 req\/s, 100% of clean releases with 0\.1% errors would be held\./);
    expect(stdout).toContain(`coalmine forecast ${file} --rps 10 --error-rate 0.1%`);
    const long = await fileWith(JSON.stringify({ ...short, steps: [{ weight: 5, bake: '12h' }] }));
    expect((await coalmine(['validate', long])).stdout).not.toContain('Warning');
  });

  test('lists every problem of a bad file, with the place', async () => {
    const file = await fileWith(refused);
    const { code, stdout, stderr } = await coalmine(['validate', file]);
    expect({ code, stdout }).toEqual({ code: 5, stdout: '' });
    for (const place of [':3:', ':4:', ':5:']) expect(stderr).toContain(`${file}${place}`);
    expect(stderr).not.toContain('    at ');
  });

  test('with --json lists them as JSON on standard error', async () => {
    const file = await fileWith(refused);
    const { code, stdout, stderr } = await coalmine(['validate', file, '--json']);
    expect({ code, stdout }).toEqual({ code: 5, stdout: '' });
    const { error } = JSON.parse(stderr) as { error: { problems: { path: string }[] } };
    expect(error).toMatchObject({ exitCode: 5, name: 'SpecError' });
    expect(error.problems.map(({ path }) => path)).toEqual(
      expect.arrayContaining(['target.url', 'every', 'steps[0].weight']),
    );
  });
});

describe('wrong usage exits with 2 and says what is right', () => {
  test.each([
    [['start'], "missing required argument 'file'"],
    [['launch'], "unknown command 'launch'"],
    [['abort', 'checkout', '--force'], "unknown option '--force'"],
    [['approve', 'checkout', '--gate', 'last'], 'step number from 1'],
    [['list', '--phase', 'sleeping'], 'Allowed choices are preflight'],
    [['validate', '/no/such/file.yaml'], '/no/such/file.yaml cannot be read'],
  ])('%j', async (args, said) => {
    const { code, stdout, stderr } = await coalmine(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(said);
  });

  test('a value in the environment that cannot be used', async () => {
    const { code, stderr } = await coalmine(['worker'], { COALMINE_WATCH_SLOTS: 'many' });
    expect(code).toBe(2);
    expect(stderr).toContain('COALMINE_WATCH_SLOTS');
  });

  test('as JSON, if that is asked for', async () => {
    const { code, stderr } = await coalmine(['status', '--json']);
    expect(code).toBe(2);
    expect(JSON.parse(stderr)).toMatchObject({ error: { exitCode: 2 } });
  });
});

test('the help lists every command and every exit code', async () => {
  const { code, stdout } = await coalmine(['--help']);
  expect(code).toBe(0);
  for (const command of ['start', 'validate', 'watch', 'status', 'list', 'abandon', 'dev', 'worker']) {
    expect(stdout).toContain(`\n  ${command} `);
  }
  for (let exitCode = 0; exitCode <= 9; exitCode += 1) expect(stdout).toContain(`\n  ${exitCode}  `);
});

test('a reader who stops reading ends it quietly', async () => {
  const cli = launch(['--help'], {}, tmpdir());
  cli.stdout.destroy();
  expect(await text(cli.stderr)).toBe('');
});

test.each([['status', 'checkout'], ['abort', 'checkout'], ['list'], ['worker']])(
  'a server that cannot be reached: %s exits with 6 and says what was tried',
  async (...args) => {
    const { code, stdout, stderr } = await coalmine(args, { TEMPORAL_ADDRESS: '127.0.0.1:1' });
    expect({ code, stdout }).toEqual({ code: 6, stdout: '' });
    expect(stderr).toContain('127.0.0.1:1');
    expect(stderr).toContain('TEMPORAL_ADDRESS');
    expect(stderr).not.toContain('    at ');
  },
);
