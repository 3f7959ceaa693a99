import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Backends, Effect, Release, Traffic, Use } from '../../../activities/ports.ts';
import type { Split } from '../../../src/domain/rollout.ts';
import { connecting, declaredHosts } from '../../support/connecting.ts';
import { failureOf } from '../../support/failures.ts';

/** A splitter with its adapter, as the suite needs it. */
export interface TrafficSubject {
  traffic: Traffic;
  uses: readonly Use[];
  /** What it is told of the copies. */
  backends: Backends;
  /** The split that is really in force, looked up past the adapter. */
  inForce: () => Split | Promise<Split>;
  /** It refuses effects older than its last. */
  fence: boolean;
  /** From now on it takes requests and answers none; resolves when one has come. */
  hang: () => Promise<void>;
  /** From now on it cannot be reached. */
  vanish: () => Promise<void>;
  close: () => Promise<void>;
}

/** What a Traffic guarantees, tried against a real splitter with stable and canary behind it. */
export function trafficContract(name: string, release: Release, start: () => Promise<TrafficSubject>): void {
  let subject: TrafficSubject;
  let traffic: Traffic;
  let backends: Backends;

  beforeEach(async () => {
    subject = await start();
    ({ traffic, backends } = subject);
  });
  afterEach(() => subject.close());

  const none: Split = { weight: 0, audience: null };
  const effect = (number: number): Effect => ({
    fence: { epoch: 1000, number },
    signal: new AbortController().signal,
  });
  const read = async (): Promise<Split> => {
    const signal = new AbortController().signal;
    const { granularity: _, splitBy: __, ...split } = await traffic.read(release, { signal });
    return split;
  };
  const isInForce = async (split: Split): Promise<void> => {
    await expect.poll(read, { timeout: 30_000 }).toEqual(split);
    expect(await subject.inForce()).toEqual(split);
  };

  describe(`the traffic splitter ${name}`, () => {
    test('connects to nothing that it does not declare', async () => {
      const connections = connecting();
      await traffic.split(release, none, backends, effect(1));
      await read();
      expect(declaredHosts(subject.uses)).toEqual(expect.arrayContaining(connections()));
    });

    test('gives the canary nothing before it is told to', async () => {
      await isInForce(none);
    });

    test.each<Split>([
      { weight: 5, audience: null },
      { weight: 0.5, audience: null },
      { weight: 20, audience: null, baseline: 20 },
      { weight: 100, audience: null },
      { weight: 0, audience: { header: { name: 'x-canary', value: '1' } } },
      { weight: 0, audience: { query: { name: 'beta', value: 'yes please' } } },
      { weight: 10, audience: { cookie: { name: 'group', value: 'beta' }, path: '/cart' } },
    ])('puts $weight% and audience $audience in force', async (split) => {
      await traffic.split(release, split, backends, effect(1));
      await isInForce(split);
    });

    test('takes everything back, and may be told the same twice', async () => {
      await traffic.split(release, { weight: 50, audience: { path: '/beta' } }, backends, effect(1));
      await traffic.split(release, none, backends, effect(2));
      await traffic.split(release, none, backends, effect(2));
      await isInForce(none);
    });

    test('refuses an older split, if it can', async () => {
      if (!subject.fence) return;
      await traffic.split(release, none, backends, effect(2));
      const late = () => traffic.split(release, { weight: 50, audience: null }, backends, effect(1));
      expect(await failureOf(late)).toMatchObject({ type: 'Overtaken', nonRetryable: true });
      await isInForce(none);
    });

    test.each(['split', 'read'] as const)('ends %s when it is cancelled', async (call) => {
      const cancel = new AbortController();
      const order = { ...effect(1), signal: cancel.signal };
      const hanging = subject.hang();
      const going =
        call === 'split' ? traffic.split(release, none, backends, order) : traffic.read(release, order);
      const ended = expect(going).rejects.toThrow('cancelled by the test');
      await hanging;
      cancel.abort(new Error('cancelled by the test'));
      await ended;
    });

    test('says that another try may help when it cannot be reached', async () => {
      await subject.vanish();
      for (const call of [() => traffic.split(release, none, backends, effect(1)), read]) {
        const failure = await failureOf(call);
        expect(failure).toMatchObject({ type: 'TargetUnavailable', nonRetryable: false });
      }
    });
  });
}
