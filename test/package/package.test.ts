import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, onTestFinished, test } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { stopDevServer } from '../../src/temporal/dev-server.ts';
import { isFree } from '../../src/temporal/ports.ts';
import { startPlatform } from '../support/platform.ts';
import { startTemporalProcess } from '../support/temporal-process.ts';
import { blocksOf, commandsOf, firstUnsaid } from '../support/page.ts';
import { checkout, packAndInstall, type Packed } from './packed.ts';
import { outcomeOf, run, stay } from './run.ts';

const place = await mkdtemp(join(tmpdir(), 'coalmine-package-'));
afterAll(() => rm(place, { recursive: true }));

let packed: Packed;
beforeAll(async () => {
  packed = await packAndInstall(place);
}, 300_000);

const bin = (name: string): string => join(checkout, 'node_modules', '.bin', name);

test('the package holds what runs and nothing else, in little more than a megabyte', () => {
  const { files, size } = packed;
  expect(files).toEqual(expect.arrayContaining(['README.md', 'LICENSE', 'dist/workflow-bundle.js']));
  const strangers = files.filter(
    (path) =>
      !/^(README\.md|LICENSE|CHANGELOG\.md|package\.json|schema\/[\w.]+\.json)$/.test(path) &&
      !/^dist\/(workflow-bundle\.js|(src|workflows|activities)\/[\w/-]+\.(js|d\.ts))$/.test(path),
  );
  expect(strangers).toEqual([]);
  expect(size).toBeLessThan(1_100_000);
});

test('its exports and types are right, say attw and publint', async () => {
  await run(checkout, [bin('attw'), packed.tarball, '--profile', 'esm-only']);
  await run(checkout, [bin('publint'), 'run', packed.tarball, '--strict']);
});

test('npx coalmine runs where it is installed', async () => {
  const { directory } = packed;
  expect(await run(directory, ['npx', 'coalmine', '--version'])).toBe(`${packageJson.version}\n`);
  expect(await run(directory, ['npx', 'coalmine', '--help'])).toContain('Durable canary releases');
  const spec = join(checkout, 'examples', 'rollout.yaml');
  expect(await run(directory, ['npx', 'coalmine', 'validate', spec])).toContain('ok. Next:');
  const { code, stderr } = await outcomeOf(directory, ['npx', 'coalmine', 'start', spec, '--version', '2']);
  expect({ code, stderr }).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("'--version'") as string,
  });
});

test('the example program compiles against the package, and releases with its worker', async () => {
  const { directory } = packed;
  const program = await readFile(join(checkout, 'examples/client/main.ts'), 'utf8');
  expect(await readFile(join(checkout, 'docs/client.md'), 'utf8')).toContain(program);
  await writeFile(join(directory, 'main.ts'), program);
  expect(await typeErrors(directory)).toEqual([]);

  const nowhere = await outcomeOf(
    directory,
    ['node', 'main.js', '../checkout/examples/client/rollout.yaml'],
    {
      TEMPORAL_ADDRESS: '127.0.0.1:1',
    },
  );
  expect(nowhere.code).toBe(1);
  expect(nowhere.stderr).toContain(
    'No Temporal server can be reached at 127.0.0.1:1 (from TEMPORAL_ADDRESS)',
  );

  const platform = await startPlatform();
  const spec = (await readFile(join(checkout, 'examples/client/rollout.yaml'), 'utf8'))
    .replaceAll('http://127.0.0.1:4001', platform.control)
    .replaceAll('http://127.0.0.1:4000', platform.front);
  await writeFile(join(directory, 'bakery.yaml'), spec);
  const temporal = await startTemporalProcess();
  onTestFinished(temporal.close);
  const env = { TEMPORAL_ADDRESS: temporal.address, COALMINE_ALLOW_HOSTS: 'loopback' };
  await stay(directory, ['npx', 'coalmine', 'worker'], {
    env,
    enough: (said) => said.includes('runs until Ctrl-C'),
  });

  const said = await run(directory, ['node', 'main.js', 'bakery.yaml'], env);
  expect(said).toMatch(/^release to everyone: .*\npromoted: .*\n$/);
}, 240_000);

/** Compiles main.ts as a strict consumer; of the declarations of others, only those that are theirs may be wrong. */
async function typeErrors(directory: string): Promise<string[]> {
  const options = ['--module', 'nodenext', '--target', 'es2022', '--types', 'node', '--strict'];
  const { stdout } = await outcomeOf(directory, [
    bin('tsc'),
    ...options,
    ...['--exactOptionalPropertyTypes', '--skipLibCheck', 'false', 'main.ts'],
  ]);
  return stdout
    .split('\n')
    .filter((line) => /^\S/.test(line) && !line.startsWith('node_modules/@temporalio/'));
}

test('docs/start.md does what it says', async () => {
  const { directory } = packed;
  onTestFinished(async () => {
    await stopDevServer(join(directory, '.coalmine'));
  });
  const env = { TEMPORAL_CLI_PATH: inject('temporal') };
  const page = await readFile(join(checkout, 'docs/start.md'), 'utf8');
  const port = await freePorts(10);
  const here = page
    .replaceAll('3000', String(port))
    .replaceAll('3001', String(port + 1))
    .replaceAll('3002', String(port + 2));

  for (const block of blocksOf(here)) {
    if (block.language !== 'console') {
      if (block.note !== '') await writeFile(join(directory, block.note), block.text);
      continue;
    }
    for (const { command, shown } of commandsOf(block)) {
      const shell = ['sh', '-c', command];
      const asShown = (said: string): boolean => firstUnsaid(shown, said) === null;
      if (block.note === 'stays') {
        await stay(directory, shell, { env, enough: asShown });
      } else {
        const { stdout, stderr } = await outcomeOf(directory, shell, env);
        const said = stderr + stdout;
        expect(firstUnsaid(shown, said), `${command}\n${said}`).toBeNull();
      }
    }
  }
  expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe('Hello from v2\n');
}, 240_000);

/**
 * The first of so many free ports in a row, below those that connections get: the page's platform counts its ports
 * up, and must not meet one that a request of its own has taken.
 */
async function freePorts(count: number): Promise<number> {
  for (let first = 21_000; first < 30_000; first += count) {
    const ports = Array.from({ length: count }, (_, n) => first + n);
    if ((await Promise.all(ports.map(isFree))).every(Boolean)) return first;
  }
  throw new Error(`there are no ${count} free ports in a row from 21000 to 30000`);
}
