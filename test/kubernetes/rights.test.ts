/** Releases by a service account that has the rights of src/domain/rights.ts, and by one that lacks one of them. */
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { kubernetesDeployer } from '../../activities/deployers/kubernetes.ts';
import { createGrants } from '../../activities/grants.ts';
import type { Deployer, Effect, Traffic } from '../../activities/ports.ts';
import { gatewayApiTraffic } from '../../activities/traffic/gateway-api.ts';
import { readConfig } from '../../src/config.ts';
import { examineCluster } from '../../src/doctor/cluster.ts';
import { clusterAdapters, rights, ruleOf, type Right } from '../../src/domain/rights.ts';
import { runsOnly, type TrackState } from '../../src/domain/rollout.ts';
import { noTraffic } from '../../src/domain/split.ts';
import type { KubernetesTarget } from '../../src/spec/kubernetes.ts';
import { connected } from '../support/grants.ts';
import { entriesOf, useContext } from './kubeconfig.ts';
import { Namespace } from './namespace.ts';
import { shop, shopImage, shopRoute } from './shop.ts';

const cluster = inject('cluster');
const account = 'worker';

/** Each verb on each resource. */
const single = rights.flatMap((right) =>
  right.verbs.map((verb) => [`${verb} ${right.resource}`, { right, verb }] as const),
);

describe.skipIf(cluster === null)('the rights of a worker', () => {
  let namespace: Namespace;
  let context: string;
  let count = 0;
  const epoch = Date.now();

  beforeAll(async () => {
    namespace = await Namespace.create(cluster!, 'rights');
    context = namespace.name;
    await namespace.kubectl('create', 'serviceaccount', account);
    const { cluster: entry } = await entriesOf(cluster!);
    await useContext(context, entry, { token: await namespace.token(account) });
    const route = shopRoute(cluster!.parent, 'shop', namespace.host);
    const calls = {
      ...route,
      kind: 'GRPCRoute',
      spec: { ...(route['spec'] as object), hostnames: [`calls.${namespace.host}`] },
    };
    await namespace.apply(route, calls);
  });
  beforeEach(async () => {
    await namespace.kubectl('delete', 'deployments,services', '--all', '--wait=true');
    await namespace.apply(...shop('shop', '2.3.9', 1));
    await namespace.rolledOut('shop');
  });
  afterAll(async () => {
    await namespace.remove();
  });

  /** Gives the account these rights, and waits until the doctor finds exactly the others missing. */
  async function grant(granted: readonly Right[], missing: number): Promise<void> {
    const [apiGroup, metadata] = ['rbac.authorization.k8s.io', { name: account }];
    await namespace.apply(
      { apiVersion: `${apiGroup}/v1`, kind: 'Role', metadata, rules: granted.map(ruleOf) },
      {
        ...{ apiVersion: `${apiGroup}/v1`, kind: 'RoleBinding', metadata },
        roleRef: { apiGroup, kind: 'Role', name: account },
        subjects: [{ kind: 'ServiceAccount', name: account, namespace: namespace.name }],
      },
    );
    const problems = async (): Promise<number> => {
      let found = 0;
      const place = { context, namespace: namespace.name, as: null, adapters: clusterAdapters };
      for await (const { state } of examineCluster(place)) if (state === 'problem') found += 1;
      return found;
    };
    await expect.poll(problems, { timeout: 30_000 }).toBe(missing);
  }

  function effect(): Effect {
    count += 1;
    return { fence: { epoch, number: count }, signal: AbortSignal.timeout(60_000) };
  }

  function adapters(patch?: KubernetesTarget['patch']): { deployer: Deployer; splitters: Traffic[] } {
    const grants = createGrants(
      readConfig({ COALMINE_ALLOW_NAMESPACES: `${context}/${namespace.name}`, COALMINE_ALLOW_IMAGES: '*' }),
    );
    const where = { context, namespace: namespace.name };
    const target = { ...where, image: shopImage('$version'), config: [], byCopies: false, patch };
    return {
      deployer: connected(
        kubernetesDeployer,
        { type: 'kubernetes', ...target, ready: 60_000, drain: 1_000 },
        grants,
      ),
      splitters: ['HTTPRoute/shop', 'GRPCRoute/shop'].map((route) =>
        connected(gatewayApiTraffic, { type: 'gateway-api', ...where, route, takesUp: 1_000 }, grants),
      ),
    };
  }

  /** Everything that a release may do: one that fails, and one that is promoted. */
  async function release(): Promise<void> {
    await failing();
    await good();
  }

  const call = (): { signal: AbortSignal } => ({ signal: AbortSignal.timeout(60_000) });

  /** Polls until a check says so, or rejects. */
  async function until(
    check: () => Promise<TrackState>,
    isSo: (state: TrackState) => boolean,
  ): Promise<void> {
    const ends = performance.now() + 60_000;
    let state = await check();
    while (!isSo(state)) {
      if (performance.now() > ends) throw new Error(`not so within 60 s: ${JSON.stringify(state)}`);
      await delay(200);
      state = await check();
    }
  }

  /** Its canary ends at once with a sentence, which is told with what the cluster says of the pod. */
  async function failing(): Promise<void> {
    const bad = { service: 'shop', version: 'exits', stable: '2.3.9' };
    const { deployer } = adapters();
    await deployer.deploy(bad, { share: 100, baseline: false }, effect());
    const said = 'no database at db:5432';
    await until(
      () => deployer.check(bad, 'canary', call()),
      ({ failed = '', notReady = '' }) => {
        const why = `${failed}${notReady}`;
        if (/ended with code/.test(why) && !why.includes(said))
          throw new Error(`get pods/log: the last lines are missing: ${why}`);
        return why.includes(said);
      },
    );
    await deployer.remove(bad, effect());
  }

  async function good(): Promise<void> {
    const version = { service: 'shop', version: '2.4.0', stable: '2.3.9' };
    const { deployer, splitters } = adapters({ metadata: { annotations: { patched: 'by-the-release' } } });
    const none = { canary: [], baseline: [] };
    for (const share of [50, 100]) await deployer.deploy(version, { share, baseline: true }, effect());
    await until(
      () => deployer.check(version, 'canary', call()),
      ({ alive }) => alive,
    );
    for (const splitter of splitters) {
      await splitter.split(version, { ...noTraffic, weight: 50 }, none, effect());
      expect(await splitter.read(version, call())).toMatchObject({ weight: 50 });
      await splitter.split(version, noTraffic, none, effect());
    }
    await deployer.promote(version, effect());
    await until(
      () => deployer.check(version, 'stable', call()),
      (state) => runsOnly('2.4.0', state),
    );
    await deployer.remove(version, effect());
  }

  test('are enough for everything that a release does', async () => {
    await grant(rights, 0);
    await release();
  });

  test.each(single)('include %s: without it a release fails, and says so', async (name, { right, verb }) => {
    const rest = right.verbs.filter((one) => one !== verb);
    await grant(
      rights.flatMap((one) => (one !== right ? one : rest.length > 0 ? { ...one, verbs: rest } : [])),
      1,
    );
    await expect(release()).rejects.toThrow(name);
  });
});
