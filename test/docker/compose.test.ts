import { readFile } from 'node:fs/promises';
import axios from 'axios';
import { parse } from 'yaml';
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import { Rollouts } from '../../src/client.ts';
import { readConfig } from '../../src/config.ts';
import type { Phase } from '../../src/domain/rollout.ts';
import type { RolloutStatus } from '../../src/domain/status.ts';
import type { RolloutSpec } from '../../src/spec/schema.ts';
import { connectClient } from '../../src/temporal/client-connection.ts';
import { makeStackImages } from './images.ts';
import { Stack } from './stack.ts';

const service = 'bakery';
const docs = new URL('../../docs/compose.md', import.meta.url);
const example = new URL('../../examples/compose/rollout.yaml', import.meta.url);

const servers = ['postgres', 'temporal', 'worker', 'ui', 'prometheus', 'traefik', 'platform'];

describe.skipIf(inject('noDocker') !== null)('docker compose', () => {
  let stack: Stack;

  beforeAll(async () => {
    await makeStackImages();
    stack = await Stack.create();
    await timed('docker compose up --wait, from nothing', () => stack.up());
  }, 1_800_000);

  afterAll(async () => {
    await stack.remove();
  });

  test('every service is up and healthy, and only this machine reaches it', async () => {
    for (const name of servers) {
      const containers = await stack.containers(name);
      expect(containers, name).toHaveLength(name === 'worker' ? 2 : 1);
      for (const { State } of containers) expect(State.Health?.Status, name).toBe('healthy');
    }
    const lines = (await stack.compose('ps', '--format', 'json')).trim().split('\n');
    const ports = lines.flatMap((line) => (JSON.parse(line) as { Publishers: Publisher[] }).Publishers);
    const published = ports.filter(({ PublishedPort }) => PublishedPort > 0);
    expect(published).toHaveLength(7);
    for (const { URL: address } of published) expect(address).toBe('127.0.0.1');
  });

  test('the image has no development packages, one native module, and runs as nobody special', async () => {
    const shown = await stack.inImage(
      [],
      ['sh', '-c', 'id -un; ls node_modules; ls node_modules/@temporalio/core-bridge/releases'],
    );
    expect(shown).toMatch(/^node\n/);
    expect(shown).not.toMatch(/vitest|typescript|eslint/);
    expect(shown.match(/-(linux|darwin|windows)/g)).toHaveLength(1);
  });

  test('the three lines of the documentation start a rollout, which is promoted', async () => {
    const lines = (await readFile(docs, 'utf8')).match(/^docker compose run --rm coalmine .+$/gm) ?? [];
    expect(lines).toHaveLength(3);
    const said: string[] = [];
    await timed('the three lines', async () => {
      for (const line of lines) said.push(await stack.compose(...line.split(' ').slice(2)));
    });
    expect(said[0]).toContain('ok.');
    expect(said[1]).toContain(`Started rollout/${service}`);
    expect(said[2]).toContain('promoted');
    expect(await versions(stack)).toEqual(['14.1.1']);
  });

  test('Prometheus scrapes both workers, Temporal and Traefik', async () => {
    await patiently(async () => {
      const { data } = await axios.get<Scraped>(
        `http://${stack.address('prometheus')}/api/v1/query?query=up`,
      );
      const up = data.data.result.filter(({ value }) => value[1] === '1').map(({ metric }) => metric.job);
      expect(up.sort()).toEqual(['coalmine', 'coalmine', 'temporal', 'traefik']);
    });
  });

  test('Traefik takes up what a worker writes', async () => {
    const route = 'http: { routers: { from-a-worker: { rule: Path(`/here`), service: ping@internal } } }';
    const write = `fs.writeFileSync('/etc/traefik/dynamic/here.yml', ${JSON.stringify(route)})`;
    await stack.compose('exec', '-T', 'worker', 'node', '-e', write);
    await patiently(() => axios.get(`http://${stack.address('traefik')}/here`));
  });

  test('the Web UI shows the rollout', async () => {
    const { data } = await axios.get<{ executions: { execution: { workflowId: string } }[] }>(
      `http://${stack.address('ui')}/api/v1/namespaces/default/workflows?query=CoalmineService="${service}"`,
    );
    expect(data.executions.map(({ execution }) => execution.workflowId)).toContain(`rollout/${service}`);
  });

  test('a rollout goes on, whatever dies in mid-bake', async () => {
    const faults: [string, () => Promise<unknown>][] = [
      ...servers.map((name): [string, () => Promise<unknown>] => [
        `kill -9 of ${name}`,
        () => stack.crash(name),
      ]),
      ['docker compose restart', () => stack.compose('restart')],
      [
        'docker compose down, then up',
        async () => {
          await stack.compose('down');
          await stack.up();
        },
      ],
    ];
    const spec = parse(await readFile(example, 'utf8')) as RolloutSpec;
    const onNoSignal = { hold: '10m', then: 'pause' as const };
    const steps = faults.map((_, at) => ({ weight: 10 + 5 * at, bake: '15s' }));
    await rollouts(stack, (all) => all.start({ ...spec, version: '14.1.0', steps, onNoSignal }));

    for (const [at, [fault, strike]] of faults.entries()) {
      await step(stack, at, 'baking');
      const struck = performance.now();
      await strike();
      const undone = seconds(struck);
      const { steps: passed } = await step(stack, at + 1);
      expect(passed.done[at]).toMatchObject({ ended: 'advanced' });
      const over = seconds(struck);
      await healthy(stack);
      console.log(`${fault}: over after ${undone}; the bake of 15 s, just begun, was over after ${over}`);
    }
    const result = await rollouts(stack, (all) => all.result(service));
    expect(result).toMatchObject({ outcome: 'promoted', verified: true });
    expect(await versions(stack)).toEqual(['14.1.0']);
  }, 900_000);
});

interface Publisher {
  URL: string;
  PublishedPort: number;
}

interface Scraped {
  data: { result: { metric: { job: string }; value: [number, string] }[] };
}

/** What the platform runs, as it says itself. */
async function versions(stack: Stack): Promise<string[]> {
  const { data } = await axios.get<{ version: string }[]>(`http://${stack.address('platform')}/copies`);
  return [...new Set(data.map(({ version }) => version))];
}

/** With a connection of its own: the server may have died since the last one. */
async function rollouts<T>(stack: Stack, use: (all: Rollouts) => Promise<T>): Promise<T> {
  const { client, connection } = await connectClient(
    readConfig({ TEMPORAL_ADDRESS: stack.address('temporal') }),
  );
  try {
    return await use(new Rollouts(client));
  } finally {
    await connection.close();
  }
}

/** Waits until a step, from 0, is in force or done, or the rollout has ended. Whoever is away meanwhile may be. */
function step(stack: Stack, at: number, phase?: Phase): Promise<RolloutStatus> {
  return patiently(async () => {
    const answer = await rollouts(stack, (all) => all.status(service));
    if (answer.kind !== 'full') throw new Error(answer.why);
    const { status } = answer;
    if (status.outcome === null) {
      expect(status.steps.at).toBeGreaterThanOrEqual(at);
      if (phase !== undefined) expect(status.phase).toBe(phase);
    }
    return status;
  });
}

async function healthy(stack: Stack): Promise<void> {
  await patiently(async () => {
    for (const name of servers) {
      for (const { State } of await stack.containers(name))
        expect(State.Health?.Status, name).toBe('healthy');
    }
  });
}

/** Tries until it goes well, or four minutes are over; then with the last error. */
function patiently<T>(act: () => Promise<T>): Promise<T> {
  return vi.waitFor(act, { timeout: 240_000, interval: 500 });
}

/** Says how long it took. */
async function timed(what: string, act: () => Promise<unknown>): Promise<void> {
  const began = performance.now();
  await act();
  console.log(`${what}: ${seconds(began)}`);
}

/** Since a moment of `performance.now`. */
function seconds(since: number): string {
  return `${((performance.now() - since) / 1000).toFixed(1)} s`;
}
