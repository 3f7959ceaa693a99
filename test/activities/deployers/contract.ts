import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Deployer, Effect, Release, Use } from '../../../activities/ports.ts';
import type { Fence, Track } from '../../../src/domain/rollout.ts';
import { connecting, declaredHosts } from '../../support/connecting.ts';
import { failureOf } from '../../support/failures.ts';

/** A target with its adapter, as the suite needs it. */
export interface DeployerSubject {
  deployer: Deployer;
  uses: readonly Use[];
  /** What really runs, looked up past the adapter. */
  running: (track: Track) => string[] | Promise<string[]>;
  /** From now on the target takes requests and answers none; resolves when one has come. */
  hang: () => Promise<void>;
  /** From now on the target cannot be reached. */
  vanish: () => Promise<void>;
  close: () => Promise<void>;
}

/** What a Deployer guarantees, tried against a real target on which `release.stable` runs. */
export function deployerContract(
  name: string,
  release: Release & { stable: string },
  start: () => Promise<DeployerSubject>,
): void {
  const { version, stable } = release;
  let subject: DeployerSubject;
  let deployer: Deployer;

  beforeEach(async () => {
    subject = await start();
    deployer = subject.deployer;
  });
  afterEach(() => subject.close());

  const effect = (number: number, epoch = 1000): Effect => ({
    fence: { epoch, number } satisfies Fence,
    signal: new AbortController().signal,
  });
  const check = (track: Track) => deployer.check(release, track, { signal: new AbortController().signal });
  const runs = (track: Track, versions: string[]): Promise<void> =>
    expect
      .poll(() => check(track), { timeout: 60_000 })
      .toMatchObject({
        alive: versions.length > 0,
        versions,
      });

  describe(`the deployer ${name}`, () => {
    test('starts the canary beside stable', async () => {
      await deployer.deploy(release, { share: 5, baseline: false }, effect(1));
      await runs('canary', [version]);
      await runs('stable', [stable]);
      expect(await subject.running('canary')).toEqual([version]);
      expect(await subject.running('stable')).toEqual([stable]);
    });

    test('connects to nothing that it does not declare', async () => {
      const connections = connecting();
      await deployer.deploy(release, { share: 5, baseline: false }, effect(1));
      await check('canary');
      await deployer.promote(release, effect(2));
      await deployer.remove(release, effect(3));
      expect(declaredHosts(subject.uses)).toEqual(expect.arrayContaining(connections()));
    });

    test('says that no canary runs before one is deployed', async () => {
      expect(await check('canary')).toMatchObject({ alive: false, versions: [] });
    });

    test('may be told the same twice', async () => {
      await deployer.deploy(release, { share: 5, baseline: false }, effect(1));
      await deployer.deploy(release, { share: 5, baseline: false }, effect(1));
      await runs('canary', [version]);
      await deployer.remove(release, effect(2));
      await deployer.remove(release, effect(2));
      await runs('canary', []);
      await deployer.promote(release, effect(3));
      await deployer.promote(release, effect(3));
      await runs('stable', [version]);
    });

    test('resizes a canary that runs', async () => {
      await deployer.deploy(release, { share: 5, baseline: false }, effect(1));
      await deployer.deploy(release, { share: 50, baseline: false }, effect(2));
      await runs('canary', [version]);
    });

    test('starts a baseline of the stable version beside the canary, if asked, and takes both away', async () => {
      await deployer.deploy(release, { share: 5, baseline: true }, effect(1));
      await runs('canary', [version]);
      await runs('baseline', [stable]);
      expect(await subject.running('baseline')).toEqual([stable]);
      await deployer.remove(release, effect(2));
      await runs('canary', []);
      await runs('baseline', []);
      expect(await subject.running('stable')).toEqual([stable]);
    });

    test('takes the canary away and leaves stable', async () => {
      await deployer.deploy(release, { share: 5, baseline: false }, effect(1));
      await runs('canary', [version]);
      await deployer.remove(release, effect(2));
      await runs('canary', []);
      expect(await subject.running('canary')).toEqual([]);
      expect(await subject.running('stable')).toEqual([stable]);
    });

    test('removes a canary that never was', async () => {
      await deployer.remove(release, effect(1));
      await runs('canary', []);
      expect(await subject.running('stable')).toEqual([stable]);
    });

    test('makes stable the new version, and keeps it when the canary goes', async () => {
      await deployer.deploy(release, { share: 5, baseline: false }, effect(1));
      await deployer.promote(release, effect(2));
      await runs('stable', [version]);
      await deployer.remove(release, effect(3));
      await runs('canary', []);
      expect(await subject.running('stable')).toEqual([version]);
    });

    test('refuses an older effect, if it says so, beyond remove', async () => {
      if (!(await check('stable')).fence) return;
      await deployer.deploy(release, { share: 5, baseline: false }, effect(2));
      await deployer.remove(release, effect(3));
      await runs('canary', []);
      const late = [
        () => deployer.deploy(release, { share: 5, baseline: false }, effect(1)),
        () => deployer.promote(release, effect(2)),
        () => deployer.deploy(release, { share: 5, baseline: false }, effect(9, 999)),
      ];
      for (const attempt of late) {
        expect(await failureOf(attempt)).toMatchObject({ type: 'Overtaken', nonRetryable: true });
      }
      await runs('canary', []);
      await runs('stable', [stable]);
    });

    test.each(['deploy', 'check', 'promote', 'remove'] as const)(
      'ends %s when it is cancelled',
      async (call) => {
        const cancel = new AbortController();
        const order = { ...effect(1), signal: cancel.signal };
        const hanging = subject.hang();
        const going = {
          deploy: () => deployer.deploy(release, { share: 5, baseline: false }, order),
          check: () => deployer.check(release, 'canary', order),
          promote: () => deployer.promote(release, order),
          remove: () => deployer.remove(release, order),
        }[call]();
        const ended = expect(going).rejects.toThrow('cancelled by the test');
        await hanging;
        cancel.abort(new Error('cancelled by the test'));
        await ended;
      },
    );

    test('says that another try may help when the target cannot be reached', async () => {
      await subject.vanish();
      for (const call of [
        () => deployer.deploy(release, { share: 5, baseline: false }, effect(1)),
        () => check('stable'),
      ]) {
        const failure = await failureOf(call);
        expect(failure).toMatchObject({ type: 'TargetUnavailable', nonRetryable: false });
      }
    });
  });
}
