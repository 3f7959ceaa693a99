import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest';
import type { Deployer, Effect } from '../../activities/ports.ts';
import type { Track } from '../../src/domain/rollout.ts';
import { failureOf } from '../support/failures.ts';
import { Released } from './deployment.ts';
import type { Manifest } from './namespace.ts';
import { shop, shopImage } from './shop.ts';

const cluster = inject('cluster');
const release = { service: 'staging/shop', version: '2.4.0', stable: '2.3.9' };
const { signal } = new AbortController();

describe.skipIf(cluster === null)('the target kubernetes', () => {
  let released: Released;
  let deployer: Deployer;
  let number: number;

  beforeEach(async () => {
    released = await Released.create(cluster!, 2);
    deployer = released.deployer();
    number = 0;
  });
  afterEach(() => released.close());

  const effect = (): Effect => ({ fence: { epoch: 1_000, number: (number += 1) }, signal });
  const deploy = (version = release.version, share = 5) =>
    deployer.deploy({ ...release, version }, { share, baseline: false }, effect());
  const check = (track: Track, version = release.version) =>
    deployer.check({ ...release, version }, track, { signal });
  const told = (version: string, pattern: RegExp, key: 'failed' | 'notReady' = 'failed') =>
    expect
      .poll(async () => (await check('canary', version))[key] ?? '', { timeout: 90_000 })
      .toMatch(pattern);

  test('tells that a canary ends at once, with its last words', async () => {
    await deploy('exits');
    await told(
      'exits',
      /container shop ended with code \d+, and was started again \d+ times; its last lines: \S/,
    );
  });

  test('tells that a canary runs out of memory', async () => {
    await deploy('eats');
    await told('eats', /ran out of memory/);
  });

  test('tells that a canary is never ready, and keeps on waiting', async () => {
    await deploy('sick');
    await told('sick', /is not ready yet: Readiness probe failed/, 'notReady');
  });

  test('tells that an image is missing', async () => {
    await deploy('0.0.0');
    await told(
      '0.0.0',
      /cannot get its image, which is not on the node and may not be pulled \(.*shop:0\.0\.0\)/,
    );
  });

  test('tells that a quota is used up', async () => {
    await released.namespace.kubectl('create', 'quota', 'few', '--hard=pods=2');
    await deploy();
    await told('2.4.0', /Deployment shop-canary cannot create copies: .*exceeded quota: few/);
  });

  test('tells what an admission policy has against the version', async () => {
    const { name } = released.namespace;
    const policy: Manifest = {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingAdmissionPolicy',
      metadata: { name },
      spec: {
        matchConstraints: {
          resourceRules: [
            {
              apiGroups: ['apps'],
              apiVersions: ['v1'],
              operations: ['CREATE', 'UPDATE'],
              resources: ['deployments'],
            },
          ],
        },
        validations: [
          {
            expression: "!object.spec.template.spec.containers.exists(c, c.image.endsWith(':2.4.0'))",
            message: '2.4.0 is not signed',
          },
        ],
      },
    };
    const binding: Manifest = {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingAdmissionPolicyBinding',
      metadata: { name },
      spec: {
        policyName: name,
        validationActions: ['Deny'],
        matchResources: { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': name } } },
      },
    };
    await released.namespace.apply(policy, binding);
    try {
      // The API server takes a policy up in its own time.
      await expect
        .poll(async () => (await failureOf(() => deploy()).catch(() => new Error('accepted'))).message, {
          timeout: 30_000,
        })
        .toContain('2.4.0 is not signed');
      await deployer.remove(release, effect());
      await expect.poll(() => released.left(), { timeout: 30_000 }).toEqual([]);
    } finally {
      await released.namespace.kubectl('delete', 'validatingadmissionpolicybinding', name);
      await released.namespace.kubectl('delete', 'validatingadmissionpolicy', name);
    }
  });

  test('puts back what stable ran where the new version does not get ready', async () => {
    const before = await template();
    const failure = await failureOf(() => deployer.promote({ ...release, version: 'exits' }, effect()));
    expect(failure).toMatchObject({ type: 'TargetRefused', nonRetryable: true });
    expect(failure.message).toContain('promote exits: pod shop-');
    expect(failure.message).toContain('the Deployment shop has what it had before');
    expect(await check('stable')).toMatchObject({
      alive: true,
      versions: ['2.3.9'],
      copies: { wanted: 2, ready: 2 },
    });
    expect(await template()).toEqual(before);
  });

  test('puts it back where an earlier attempt has died in the middle', async () => {
    const before = await template();
    await released.namespace.kubectl('set', 'image', 'deployment/shop', `shop=${shopImage('exits')}`);
    await failureOf(() => deployer.promote({ ...release, version: 'exits' }, effect()));
    expect(await check('stable')).toMatchObject({ alive: true, versions: ['2.3.9'] });
    expect(await template()).toEqual(before);
  });

  test('leaves what a person puts into stable in the middle of a promotion', async () => {
    const going = failureOf(() => deployer.promote({ ...release, version: 'sick' }, effect()));
    await expect.poll(async () => JSON.stringify(await template())).toContain('shop:sick');
    await released.namespace.kubectl('set', 'image', 'deployment/shop', `shop=${shopImage('2.4.1')}`);
    expect((await going).message).toContain(
      'somebody has edited the Deployment shop meanwhile, and it is left as it is',
    );
    await expect
      .poll(() => check('stable'), { timeout: 60_000 })
      .toMatchObject({ alive: true, versions: ['2.4.1'] });
  });

  test('changes nothing of stable but the image, and leaves one annotation', async () => {
    const { spec, metadata } = await released.namespace.get('deployment/shop');
    await deploy('2.4.0', 100);
    await deployer.promote(release, effect());
    await deployer.remove(release, effect());
    await expect.poll(() => released.left(), { timeout: 30_000 }).toEqual([]);
    const after = await released.namespace.get('deployment/shop');
    expect(JSON.stringify(after['spec'])).toBe(JSON.stringify(spec).replace('shop:2.3.9', 'shop:2.4.0'));
    const annotationsOf = (given: Manifest['metadata']) =>
      Object.keys((given as { annotations?: object }).annotations ?? {});
    const added = annotationsOf(after.metadata).filter((key) => !annotationsOf(metadata).includes(key));
    expect(added).toEqual(['coalmine/claim']);
  });

  test('tells when a person has edited stable, or the canary', async () => {
    await deploy();
    await expect.poll(() => check('canary'), { timeout: 60_000 }).toMatchObject({ alive: true });
    await released.namespace.kubectl('set', 'env', 'deployment/shop', 'MODE=other');
    await released.namespace.kubectl('set', 'env', 'deployment/shop-canary', 'MODE=other');
    const { changed = [] } = await check('canary');
    expect(changed.join('\n')).toMatch(/somebody has edited the Deployment shop-canary \(kubectl/);
    expect(changed.join('\n')).toMatch(
      /somebody has edited the Deployment shop \(kubectl-set\) since these copies/,
    );
  });

  test('keeps a person’s edit of stable when it is promoted', async () => {
    await deploy();
    await released.namespace.kubectl('set', 'env', 'deployment/shop', 'MODE=other');
    await deployer.promote(release, effect());
    expect(JSON.stringify(await template())).toContain('"name":"MODE"');
    expect(await check('stable')).toMatchObject({ alive: true, versions: ['2.4.0'] });
  });

  test('goes by the copies that stable has by now', async () => {
    await deploy('2.4.0', 50);
    expect((await check('canary')).copies?.wanted).toBe(1);
    await released.namespace.kubectl('scale', 'deployment/shop', '--replicas=3');
    await deploy('2.4.0', 50);
    expect((await check('canary')).copies?.wanted).toBe(2);
  });

  test('brings back a canary that a person has deleted or scaled', async () => {
    await deploy();
    await released.namespace.kubectl('scale', 'deployment/shop-canary', '--replicas=0');
    expect(await check('canary')).toMatchObject({ alive: false, copies: { wanted: 0 } });
    await deploy();
    await released.namespace.kubectl('delete', 'deployment/shop-canary');
    await deploy();
    await expect
      .poll(() => check('canary'), { timeout: 60_000 })
      .toMatchObject({ alive: true, versions: ['2.4.0'] });
  });

  test('takes the canary with a stable that a person has deleted', async () => {
    await deploy();
    await released.namespace.kubectl('delete', 'deployment/shop');
    expect(await failureOf(() => deploy())).toMatchObject({ type: 'TargetRefused', nonRetryable: true });
    await deployer.remove(release, effect());
    expect(await check('canary')).toMatchObject({ alive: false, fence: false });
    await expect.poll(() => released.left(), { timeout: 60_000 }).toEqual([]);
  });

  test('says that the namespace is being deleted', async () => {
    await released.namespace.kubectl(
      'patch',
      'deployment/shop',
      '-p',
      '{"metadata":{"finalizers":["example.com/keep"]}}',
    );
    try {
      await released.namespace.kubectl('delete', 'namespace', released.namespace.name, '--wait=false');
      await expect
        .poll(async () => (await failureOf(() => deploy()).catch(() => new Error('accepted'))).message, {
          timeout: 30_000,
        })
        .toMatch(/the namespace is being deleted/);
    } finally {
      await released.namespace.kubectl('patch', 'deployment/shop', '-p', '{"metadata":{"finalizers":null}}');
    }
  });

  test.each<[string, Manifest[], string]>([
    [
      'belongs to something else',
      [
        {
          ...shop('shop', '2.3.9', 1)[0]!,
          metadata: {
            name: 'shop',
            ownerReferences: [
              {
                apiVersion: 'example.com/v1',
                kind: 'Website',
                name: 'shop',
                uid: 'd0000000-0000-4000-8000-000000000000',
                controller: true,
              },
            ],
          },
        },
      ],
      'the Deployment shop is released by the Website shop',
    ],
    [
      'is watched by Flagger',
      [
        {
          ...shop('shop-primary', '2.3.9', 1)[0]!,
          metadata: {
            name: 'shop-primary',
            ownerReferences: [
              {
                apiVersion: 'flagger.app/v1beta1',
                kind: 'Canary',
                name: 'shop',
                uid: 'd0000000-0000-4000-8000-000000000000',
                controller: true,
              },
            ],
          },
        },
      ],
      'the Deployment shop is released by the Canary shop of Flagger',
    ],
  ])('refuses a Deployment that %s', async (_name, manifests, text) => {
    // The owner is not there: in a moment the cluster collects what belongs to it.
    await released.namespace.apply(...manifests);
    const failure = await failureOf(() => check('stable'));
    expect(failure).toMatchObject({ type: 'TargetRefused', nonRetryable: true });
    expect(failure.message).toContain(text);
  });

  test('refuses a Deployment that is paused, or is a canary itself', async () => {
    await deploy();
    const own = released.deployer(released.plan({ deployment: 'shop-canary' }));
    expect((await failureOf(() => own.check(release, 'stable', { signal }))).message).toContain(
      'is the canary of a release of Coalmine itself',
    );
    await released.namespace.kubectl('rollout', 'pause', 'deployment/shop');
    expect((await failureOf(() => check('stable'))).message).toContain(
      'kubectl rollout resume deployment/shop',
    );
  });

  test('refuses a name that somebody else has given', async () => {
    await released.namespace.apply({ ...shop('shop-canary', '2.3.9', 0)[0]! });
    expect((await failureOf(() => deploy())).message).toContain(
      'there is a Deployment shop-canary that Coalmine has not made',
    );
  });

  async function template(): Promise<unknown> {
    const { spec } = await released.namespace.get('deployment/shop');
    return (spec as { template: unknown }).template;
  }
});
