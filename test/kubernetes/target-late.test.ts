import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import type { Deployer, Effect } from '../../activities/ports.ts';
import { Released } from './deployment.ts';
import { Gate, type Held } from './gate.ts';
import { useContext } from './kubeconfig.ts';
import type { Manifest } from './namespace.ts';
import { shop, shopImage } from './shop.ts';

const cluster = inject('cluster');
const release = { service: 'staging/shop', version: '2.4.0', stable: '2.3.9' };

/** One effect, by the adapter that it is given. */
type Act = (deployer: Deployer, effect: Effect) => Promise<void>;

const deploy =
  (share: number): Act =>
  (deployer, effect) =>
    deployer.deploy(release, { share, baseline: false }, effect);
const promote: Act = (deployer, effect) => deployer.promote(release, effect);
const remove: Act = (deployer, effect) => deployer.remove(release, effect);

/**
 * Each request of an attempt is held once, while newer effects are carried out to their end, and sent on then: whatever the
 * attempt does from there on, nothing of it lasts.
 */
describe.skipIf(cluster === null)('an attempt that wakes up late', () => {
  let released: Released;
  let gate: Gate;
  let late: Deployer;
  let newer: Deployer;
  let epoch = 1_000;

  beforeAll(async () => {
    released = await Released.create(cluster!, 2, endingSoon());
    gate = await Gate.open(released.context);
    await useContext('gate', { server: gate.url, 'insecure-skip-tls-verify': true }, { token: 'of nobody' });
    late = released.deployer(released.plan({ context: 'gate' }));
    newer = released.deployer();
  });
  afterAll(async () => {
    await gate.close();
    await released.close();
  });

  const effect = (number: number, signal = new AbortController().signal): Effect => ({
    fence: { epoch, number },
    signal,
  });

  /** What stands, without what the cluster itself writes. */
  async function standing(): Promise<unknown> {
    const text = await released.namespace.kubectl('get', 'deployments,services', '-o', 'json');
    return (JSON.parse(text) as { items: Manifest[] }).items.map(({ kind, metadata, spec }) => {
      const { name, uid, annotations = {} } = metadata as { name: string; uid: string; annotations?: object };
      const marks = Object.entries(annotations).filter(
        ([key]) => !key.startsWith('deployment.kubernetes.io/'),
      );
      return { kind, name, uid, spec, marks: Object.fromEntries(marks) };
    });
  }

  /** To where a rollout begins: stable runs 2.3.9 and nothing is beside it. */
  async function begin(): Promise<void> {
    epoch += 10;
    await newer.remove(release, effect(0));
    await expect.poll(() => released.left(), { timeout: 60_000 }).toEqual([]);
    const image = '{.spec.template.spec.containers[0].image}';
    const now = await released.namespace.kubectl('get', 'deployment/shop', '-o', `jsonpath=${image}`);
    if (now === shopImage('2.3.9')) return;
    await released.namespace.kubectl('set', 'image', 'deployment/shop', `shop=${shopImage('2.3.9')}`);
    await released.namespace.rolledOut('shop');
  }

  test.each<[string, Act[], Act, Act[]]>([
    ['a deploy, after the canary was taken away', [], deploy(5), [remove]],
    ['a deploy, after a larger one', [], deploy(5), [deploy(100)]],
    ['a resize, after the canary was taken away', [deploy(5)], deploy(100), [remove]],
    ['a resize, after a promotion and the end', [deploy(5)], deploy(100), [promote, remove]],
    ['a removal, after the next deploy', [deploy(5)], remove, [remove, deploy(50)]],
    ['a promotion, after the end', [deploy(100)], promote, [remove]],
  ])('%s', { timeout: 600_000 }, async (_name, before, act, after) => {
    for (let number = 1; ; number += 1) {
      await begin();
      let count = 1;
      for (const one of before) await one(newer, effect(count++));
      const held = gate.hold(number);
      const going = act(late, effect(count++)).then(
        () => 'ended' as const,
        (error: unknown) => error as Error,
      );
      const reached: Held | Error | 'ended' = await Promise.race([held, going]);
      if (reached === 'ended') {
        expect(number).toBeGreaterThan(3);
        return;
      }
      if (reached instanceof Error) throw reached;
      for (const one of after) await one(newer, effect(count++));
      const stands = await standing();
      await reached.release();
      await going;
      await expect
        .poll(standing, { timeout: 30_000, message: `${reached.what} was sent on late` })
        .toEqual(stands);
    }
  });

  test(
    'a request of a worker that has died, sent on after the end, starts no copy',
    { timeout: 600_000 },
    async () => {
      for (let number = 1; ; number += 1) {
        await begin();
        const worker = new AbortController();
        const held = gate.hold(number);
        const going = deploy(100)(late, effect(1, worker.signal)).then(
          () => 'ended' as const,
          () => 'died' as const,
        );
        const reached = await Promise.race([held, going]);
        if (typeof reached === 'string') {
          expect(reached).toBe('ended');
          expect(number).toBeGreaterThan(3);
          return;
        }
        worker.abort(new Error('killed'));
        await going;
        await remove(newer, effect(2));
        await reached.release();
        // What a request has made that nobody came back to: a Service without copies at most.
        await expect
          .poll(() => released.left(), { timeout: 60_000, message: `${reached.what} was sent on late` })
          .toEqual(
            reached.what.startsWith('POST') && reached.what.includes('/services?')
              ? ['service/shop-canary']
              : [],
          );
      }
    },
  );
});

/** Copies that are gone in a second: there are many rounds. */
function endingSoon(): Manifest[] {
  const [deployment, ...others] = shop('shop', '2.3.9', 2);
  const spec = deployment!['spec'] as { template: { spec: Record<string, unknown> } };
  spec.template.spec['terminationGracePeriodSeconds'] = 1;
  return [deployment!, ...others];
}
