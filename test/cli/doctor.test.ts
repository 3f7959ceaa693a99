import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Client } from '@temporalio/client';
import { Worker } from '@temporalio/worker';
import { expect, inject, test, vi } from 'vitest';
import { Rollouts } from '../../src/client.ts';
import type { Finding } from '../../src/doctor/finding.ts';
import type { RolloutStatus } from '../../src/domain/status.ts';
import { searchAttributes } from '../../src/domain/surface.ts';
import { anyFreePort } from '../../src/temporal/ports.ts';
import { registerSearchAttributes, type SearchAttribute } from '../../src/temporal/search-attributes.ts';
import { applySettings } from '../../src/temporal/server-settings.ts';
import { version } from '../../src/version.ts';
import { coalmine } from './coalmine.ts';
import { briefly, devServer, specOf, withWorker } from './server.ts';

// So soon that a test can wait for it.
const server = devServer(['system.numConsecutiveWorkflowTaskProblemsToTriggerSearchAttribute=2']);

interface Diagnosis {
  code: number | null;
  findings: Finding[];
}

async function doctor(env: Record<string, string> = {}): Promise<Diagnosis> {
  const { code, stdout, stderr } = await coalmine(['doctor', '--json'], {
    TEMPORAL_ADDRESS: server().address,
    COALMINE_ALLOW_HOSTS: 'loopback',
    ...env,
  });
  expect(stderr).toBe('');
  const lines = stdout.trim().split('\n');
  return { code, findings: lines.map((line) => JSON.parse(line) as Finding) };
}

function about(findings: Finding[], what: string): Finding[] {
  return findings.filter((finding) => finding.about === what);
}

/** Runs a command that the doctor gave, as a person would, with the real `temporal`. */
async function temporal(command: string): Promise<void> {
  const [program, ...args] = command.split(' ');
  expect(program).toBe('temporal');
  await promisify(execFile)(inject('temporal'), args);
}

function rollouts(): Rollouts {
  return new Rollouts(new Client({ connection: server().connection }));
}

async function until(service: string, isSo: (status: RolloutStatus) => boolean): Promise<void> {
  await vi.waitFor(async () => {
    const answer = await rollouts().status(service);
    expect(answer.kind === 'full' && isSo(answer.status)).toBe(true);
  }, 30_000);
}

test('a worker, and nothing to complain of', async () => {
  await applySettings(server().address);
  await withWorker(server(), async () => {
    const { code, findings } = await doctor();
    expect(findings.filter(({ state }) => state !== 'ok')).toEqual([]);
    expect(findings.map((finding) => finding.about)).toEqual([
      ...['grants', 'server', 'namespace', 'search', 'clock', 'workers', 'workers', 'workers', 'rollouts'],
    ]);
    expect(about(findings, 'server')[0]?.text).toContain(server().address);
    expect(about(findings, 'workers')[0]?.text).toMatch(/^1 worker takes .* from coalmine: coalmine/);
    expect(code).toBe(0);
  });
});

test('a worker of another version, and how many slots are taken', async () => {
  const { nativeConnection } = server();
  const worker = await Worker.create({
    connection: nativeConnection,
    taskQueue: 'coalmine-load',
    activities: { generateLoad: () => Promise.resolve() },
    maxConcurrentActivityTaskExecutions: 7,
    identity: 'coalmine 1@attic',
    workerDeploymentOptions: {
      version: { deploymentName: 'coalmine', buildId: '0.0.1' },
      useWorkerVersioning: false,
    },
  });
  await worker.runUntil(
    vi.waitFor(async () => {
      const workers = about((await doctor()).findings, 'workers');
      expect(workers).toContainEqual({
        about: 'workers',
        state: 'warning',
        text: `coalmine 1@attic is Coalmine 0.0.1, this is ${version}`,
        mend: ['bring all workers to one version'],
      });
      expect(workers.at(-2)?.text).toMatch(
        / load from coalmine-load: .*coalmine 1@attic.* 0 of \d+ slots taken$/,
      );
    }, 30_000),
  );
});

test('no worker: what is started waits, and one command mends it', async () => {
  const { code, findings } = await doctor({ TEMPORAL_NAMESPACE: await emptyNamespace() });
  const workers = about(findings, 'workers');
  expect(workers.map(({ state, mend }) => ({ state, mend }))).toEqual(
    Array.from({ length: 3 }, () => ({ state: 'problem', mend: ['coalmine worker'] })),
  );
  expect(code).toBe(10);
});

test('no server: says which was asked, and what gives one', async () => {
  const { code, findings } = await doctor({ TEMPORAL_ADDRESS: `127.0.0.1:${await anyFreePort()}` });
  const [finding] = about(findings, 'server');
  expect(finding?.state).toBe('problem');
  expect(finding?.text).toMatch(/No Temporal server can be reached at .*ECONNREFUSED.*coalmine dev/s);
  expect(code).toBe(10);
});

test('a namespace and search attributes that are missing are had by running the commands it gives', async () => {
  const env = { TEMPORAL_NAMESPACE: 'releases' };
  const [missing] = about((await doctor(env)).findings, 'namespace');
  expect(missing?.state).toBe('problem');
  await temporal(missing?.mend[0] ?? '');
  const [search] = await vi.waitFor(async () => {
    const { findings } = await doctor(env);
    expect(about(findings, 'namespace')[0]?.state).toBe('ok');
    return about(findings, 'search');
  }, 30_000);
  expect(search?.text).toContain('CoalmineService, CoalmineVersion, CoalminePhase, CoalmineOutcome');
  for (const command of search?.mend ?? []) await temporal(command);
  await vi.waitFor(async () => {
    expect(about((await doctor(env)).findings, 'search')[0]?.state).toBe('ok');
  }, 30_000);
});

test('a secret without a value', async () => {
  const { code, findings } = await doctor({ COALMINE_ALLOW_SECRETS: 'HOOK_TOKEN' });
  expect(about(findings, 'grants').map(({ state, mend }) => ({ state, mend }))).toContainEqual({
    state: 'problem',
    mend: ['export HOOK_TOKEN=…, where the worker runs'],
  });
  expect(code).toBe(10);
});

test('a command that is not installed', async () => {
  const { code, findings } = await doctor({ COALMINE_ALLOW_COMMANDS: `${process.execPath},k6-of-nobody` });
  expect(about(findings, 'grants').map(({ state, text }) => ({ state, text }))).toContainEqual({
    state: 'problem',
    text: 'specs may run commands that are not here: k6-of-nobody',
  });
  expect(code).toBe(10);
});

test('a directory that the worker cannot write to', async () => {
  const { code, findings } = await doctor({ COALMINE_ALLOW_DIRECTORIES: '/etc/traefik/of-nobody' });
  expect(about(findings, 'grants').map(({ state, text }) => ({ state, text }))).toContainEqual({
    state: 'problem',
    text: 'specs may use directories that cannot be written to here: /etc/traefik/of-nobody',
  });
  expect(code).toBe(10);
});

test('a variable by which specs can run any program', async () => {
  const { findings } = await doctor({ COALMINE_ALLOW_COMMAND_ENV: 'MODE,BASH_ENV' });
  expect(about(findings, 'grants').map(({ state, text }) => ({ state, text }))).toContainEqual({
    state: 'warning',
    text: 'whoever may start a rollout can run any program by BASH_ENV',
  });
});

test('a rollout that was terminated: says what it left, until the next one has taken it back', async () => {
  await withWorker(server(), async () => {
    await rollouts().start(specOf('cut'));
    await until('cut', ({ weight }) => weight === 5);
    await server().client.workflow.getHandle('rollout/cut').terminate('by mistake');
    await vi.waitFor(async () => {
      const { code, findings } = await doctor();
      const [finding] = about(findings, 'rollouts');
      expect(finding?.text).toMatch(
        /^cut v2 ended .* as terminated: by mistake; the canary v2 may still run and gets 5% of the traffic$/,
      );
      expect(finding?.mend[0]).toMatch(/^coalmine start FILE/);
      expect(code).toBe(10);
    }, 30_000);

    await rollouts().start(specOf('cut', briefly));
    expect(await rollouts().result('cut')).toMatchObject({ outcome: 'promoted', verified: true });
    await vi.waitFor(async () => {
      expect(about((await doctor()).findings, 'rollouts')[0]?.state).toBe('ok');
    }, 30_000);
  });
});

test('a rollout that is stuck: says why and what a person can do', async () => {
  await withWorker(server(), async (world) => {
    await rollouts().start(specOf('held'));
    await until('held', ({ weight }) => weight === 5);
    world.failAlways('split', 'refused');
    await rollouts().abort('held');
    await until('held', ({ phase }) => phase === 'stuck');
    await vi.waitFor(async () => {
      const [finding] = about((await doctor()).findings, 'rollouts');
      expect(finding).toMatchObject({ state: 'warning', mend: ['coalmine status held'] });
      expect(finding?.text).toMatch(/^held: Stuck taking the canary back/);
    }, 30_000);
    await rollouts().abandon('held');
  });
});

test('a rollout that no worker can carry on with: says so, and whom to bring to which version', async () => {
  const { nativeConnection } = server();
  const worker = await Worker.create({
    connection: nativeConnection,
    taskQueue: 'coalmine',
    workflowsPath: fileURLToPath(new URL('another-workflow.ts', import.meta.url)),
  });
  await rollouts().start(specOf('lost'));
  await worker.runUntil(
    vi.waitFor(
      async () => {
        const [finding] = about((await doctor()).findings, 'rollouts');
        expect(finding).toMatchObject({ about: 'rollouts', state: 'problem' });
        expect(finding?.text).toMatch(/^lost: no worker can carry on with its workflow \(attempt \d+\)/);
      },
      { timeout: 50_000, interval: 2_000 },
    ),
  );
  await server().client.workflow.getHandle('rollout/lost').terminate();
});

test('people read it', async () => {
  const { stdout } = await coalmine(['doctor'], { TEMPORAL_ADDRESS: server().address });
  expect(stdout).toMatch(/^! grants {8}a worker started in this environment lets specs use no host/);
  expect(stdout).toMatch(/\n✓ server {8}Temporal .* answers at/);
  expect(stdout).toMatch(/\d problems?, \d warnings?\.\n$/);
});

/** One that nothing has ever polled in, with the search attributes. */
async function emptyNamespace(): Promise<string> {
  const { connection, address } = server();
  const namespace = 'quiet';
  await temporal(
    `temporal operator namespace create --address ${address} --namespace ${namespace} --retention 90d`,
  );
  await vi.waitFor(async () => {
    await registerSearchAttributes(connection, namespace, Object.keys(searchAttributes) as SearchAttribute[]);
  }, 30_000);
  return namespace;
}
