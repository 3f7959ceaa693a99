/** The chart on a node: the image that users run, with the rights that the chart grants. */
import { Connection, Client } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { network } from '../../examples/cluster/place.ts';
import { Rollouts } from '../../src/client.ts';
import { rolloutId } from '../../src/domain/surface.ts';
import type { RolloutSpec } from '../../src/spec/schema.ts';
import { chart, helm, listAt, runHelm, at } from '../charts/helm.ts';
import { startTemporalProcess, type TemporalProcess } from '../support/temporal-process.ts';
import { Namespace } from './namespace.ts';
import { shop, shopImage, shopRoute } from './shop.ts';
import { importWorkerImage, workerImage } from './worker-image.ts';

const cluster = inject('cluster');
// Pods of any other cluster cannot reach a Temporal server of this machine.
const isOurs = cluster !== null && cluster.programs !== null;
const missing = !isOurs || helm === null ? 'no node or no helm' : await importWorkerImage();

describe.skipIf(missing !== null)('the chart on a node', () => {
  let temporal: TemporalProcess;
  let client: Client;
  let rollouts: Rollouts;
  /** Of the workers, and of what they release. */
  let home: Namespace;
  let namespace: Namespace;

  beforeAll(async () => {
    temporal = await startTemporalProcess([], '0.0.0.0');
    client = new Client({ connection: await Connection.connect({ address: temporal.address }) });
    rollouts = new Rollouts(client);
    home = await Namespace.create(cluster!, 'coalmine');
    namespace = await Namespace.create(cluster!, 'shop');
    await namespace.apply(...shop('shop', '2.3.9', 2), shopRoute(cluster!.parent, 'shop', namespace.host));
    await namespace.rolledOut('shop');
    await install();
  });
  afterAll(async () => {
    await client.connection.close();
    await home.remove();
    await namespace.remove();
    await temporal.close();
  });

  /** Installs the chart, or upgrades it, and waits until every worker is ready. */
  async function install(podAnnotations: Record<string, string> = {}): Promise<void> {
    const { kubeconfig, context } = cluster!;
    const [, port = ''] = temporal.address.split(':');
    await runHelm(
      [
        ...['upgrade', '--install', 'coalmine', chart, '--namespace', home.name, '--wait', '--timeout', '3m'],
        ...['--kubeconfig', kubeconfig, '--kube-context', context],
      ],
      {
        image: { ...workerImage, pullPolicy: 'Never' },
        temporal: { address: `${network.host}:${port}` },
        config: { COALMINE_ALLOW_HOSTS: [new URL(cluster!.prometheus).host] },
        kubernetes: { namespaces: [namespace.name] },
        podAnnotations,
      },
    );
  }

  async function pods(): Promise<{ name: string; restarts: number; ready: boolean }[]> {
    const list: unknown = JSON.parse(await home.kubectl('get', 'pods', '-o', 'json'));
    return listAt(list, 'items')
      .filter((pod) => at(pod, 'metadata.deletionTimestamp') === undefined)
      .map((pod) => ({
        name: at(pod, 'metadata.name') as string,
        restarts: at(pod, 'status.containerStatuses.0.restartCount') as number,
        ready: at(pod, 'status.containerStatuses.0.ready') as boolean,
      }));
  }

  const exec = (...command: string[]): Promise<string> =>
    home.kubectl('exec', 'deployment/coalmine', '--', ...command);

  test('has two workers that are ready, without privileges, on a file system that nobody can write to', async () => {
    expect(await pods()).toMatchObject([
      { ready: true, restarts: 0 },
      { ready: true, restarts: 0 },
    ]);
    expect(await exec('id', '-u')).toBe('1000\n');
    expect(await exec('cat', '/proc/1/status')).toMatch(/^CapEff:\t0+$/m);
    await expect(exec('touch', '/app/x')).rejects.toThrow('Read-only file system');
    await exec('touch', '/tmp/x');
  });

  test('gives them every right that a release needs in a namespace, and none in another', async () => {
    const doctor = (name: string): Promise<string> =>
      exec('coalmine', 'doctor', 'kubernetes', '--namespace', name);
    expect(await doctor(namespace.name)).toContain('All is well.');
    await expect(doctor('default')).rejects.toThrow('exit code 10');
  });

  const spec = (version: string): RolloutSpec => ({
    service: namespace.name,
    version,
    target: {
      type: 'kubernetes',
      namespace: namespace.name,
      deployment: 'shop',
      image: shopImage('$version'),
      drain: '1s',
    },
    traffic: {
      type: 'gateway-api',
      namespace: namespace.name,
      route: 'shop',
      service: 'shop',
      takesUp: '1s',
    },
    every: '1s',
    metrics: [
      {
        name: 'nothing',
        kind: 'value',
        max: 1,
        source: { type: 'prometheus', url: cluster!.prometheus, value: 'count(up) * 0' },
      },
    ],
    steps: [{ weight: 50, bake: { min: '20s', max: '2m' } }],
  });

  test('releases a Deployment while the worker that watches it is killed', async () => {
    await rollouts.start(spec('2.4.0'));
    const handle = client.workflow.getHandle(rolloutId(namespace.name));
    const watching = async (): Promise<string | undefined> => {
      const { raw } = await handle.describe();
      const found = raw.pendingActivities?.find(
        ({ activityType }) => activityType?.name === 'collectMetrics',
      );
      return found?.lastWorkerIdentity?.split('@')[1];
    };
    await expect.poll(watching, { timeout: 120_000 }).toBeTruthy();
    const pod = await watching();
    await home.kubectl('delete', 'pod', pod!, '--grace-period=0', '--force');
    expect(await handle.result()).toMatchObject({ outcome: 'promoted', verified: true });
    expect(at(await namespace.get('deployment/shop'), 'spec.template.spec.containers.0.image')).toBe(
      shopImage('2.4.0'),
    );
    await expect
      .poll(async () => (await pods()).filter(({ ready }) => ready).length, { timeout: 60_000 })
      .toBe(2);
  });

  test('an upgrade replaces the workers under a release', async () => {
    await rollouts.start(spec('2.4.1'));
    const before = (await pods()).map(({ name }) => name);
    await install({ 'example.com/upgrade': '1' });
    const after = (await pods()).map(({ name }) => name);
    expect(after.filter((name) => before.includes(name))).toEqual([]);
    const result: unknown = await client.workflow.getHandle(rolloutId(namespace.name)).result();
    expect(result).toMatchObject({ outcome: 'promoted', verified: true });
  });

  test('workers are not ready while Temporal is away, and are not restarted', async () => {
    await temporal.kill();
    const ready = async (): Promise<boolean[]> => (await pods()).map((pod) => pod.ready);
    await expect.poll(ready, { timeout: 120_000 }).toEqual([false, false]);
    await temporal.restart();
    await expect.poll(ready, { timeout: 120_000 }).toEqual([true, true]);
    expect((await pods()).map(({ restarts }) => restarts)).toEqual([0, 0]);
  });
});
