/** One command on a machine that has nothing but the `temporal` binary. */
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { expect, inject, onTestFinished, test } from 'vitest';
import { stopDevServer } from '../../src/temporal/dev-server.ts';
import { coalmine, emptyDirectory, finished, launch } from './coalmine.ts';
import { specOf } from './server.ts';

/** Reads on until the text has come. */
async function until(stream: Readable, wanted: string): Promise<void> {
  let said = '';
  stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
  while (!said.includes(wanted)) await once(stream, 'data');
}

test('dev runs a server that outlives it, with a worker that may use loopback', async () => {
  const directory = await emptyDirectory();
  onTestFinished(async () => {
    await stopDevServer(join(directory, '.coalmine'));
  });
  const env = { TEMPORAL_CLI_PATH: inject('temporal') };
  const run = (...args: string[]) => coalmine(args, env, directory);

  const dev = launch(['dev'], env, directory);
  const end = finished(dev);
  await until(dev.stdout, 'runs until Ctrl-C');

  // The worker asks a target on loopback: nothing listens there, but nobody forbids it.
  await writeFile(join(directory, 'rollout.yaml'), JSON.stringify(specOf('checkout')));
  const started = await run('start', 'rollout.yaml');
  expect(started.stdout).toMatch(
    /Web UI: http:\/\/127\.0\.0\.1:\d+\/namespaces\/default\/workflows\/rollout%2F/,
  );
  await expect
    .poll(async () => (await run('status', 'checkout', '--json')).stdout, { timeout: 40_000 })
    .toContain('"phase":"preflight"');

  dev.kill('SIGINT');
  const { code, stdout, stderr } = await end;
  expect(code).toBe(0);
  expect(stdout).toMatch(/Temporal: 127\.0\.0\.1:\d+, namespace default/);
  expect(stdout).toMatch(/Web UI: +http:\/\/127\.0\.0\.1:\d+/);
  expect(stderr).toContain(
    'The Temporal server goes on, and with it every rollout. Stop it: coalmine dev --stop',
  );

  expect((await run('list')).stdout).toContain('checkout');
  expect(await run('dev', '--stop')).toMatchObject({ code: 0 });
  expect((await run('dev', '--stop')).stdout).toContain(
    'No Temporal dev server of this directory is running',
  );
});
