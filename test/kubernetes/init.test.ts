import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { parse } from 'yaml';
import { coalmine, fileWith, type Finished } from '../cli/coalmine.ts';
import { Namespace } from './namespace.ts';
import { shop, shopRoute } from './shop.ts';

const cluster = inject('cluster');

describe.skipIf(cluster === null)('coalmine init kubernetes', () => {
  let namespace: Namespace;

  beforeAll(async () => {
    namespace = await Namespace.create(cluster!, 'init');
    await namespace.apply(...shop('shop', '2.3.9', 1), shopRoute(cluster!.parent, 'shop', namespace.host));
    await namespace.rolledOut('shop');
  });
  afterAll(() => namespace.remove());

  function init(...args: string[]): Promise<Finished> {
    const { kubeconfig, context } = cluster!;
    const all = ['init', 'kubernetes', ...args, '--namespace', namespace.name, '--context', context];
    return coalmine(all, { KUBECONFIG: kubeconfig });
  }

  test('writes a spec from a Deployment, its route and what Prometheus counts, and it is valid', async () => {
    const written = async (): Promise<Finished> => {
      await namespace.ask();
      return init('shop', '--prometheus', cluster!.prometheus);
    };
    // Prometheus has to have scraped the gateway once.
    await expect.poll(async () => (await written()).stderr, { timeout: 60_000, interval: 2_000 }).toBe('');
    const { code, stdout } = await written();
    expect(code).toBe(0);
    expect(parse(stdout)).toMatchObject({
      service: 'shop',
      target: { type: 'kubernetes', namespace: namespace.name },
      traffic: { type: 'gateway-api', route: 'HTTPRoute/shop', service: 'shop' },
      prometheus: { url: cluster!.prometheus },
      metrics: [{ source: { preset: 'traefik' } }, { source: { preset: 'traefik' } }],
    });
    const { code: valid, stderr } = await coalmine([
      'validate',
      await fileWith(stdout),
      '--release',
      '2.4.0',
    ]);
    expect({ valid, stderr }).toEqual({ valid: 0, stderr: '' });
  });

  test('says which Deployments to look for where there is none of the name', async () => {
    const { code, stderr } = await init('nobody');
    expect(code).toBe(2);
    expect(stderr).toContain(`There is no Deployment nobody in the namespace ${namespace.name}`);
    expect(stderr).toContain(`kubectl get deployments --namespace ${namespace.name}`);
  });
});
