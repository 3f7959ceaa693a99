import { describe, expect, vi } from 'vitest';
import { canary, expectAll, served, service, stable, test, type Lab } from './lab.ts';

const steps = [{ weight: 20, bake: '2s' }];

/** The copies of stable, as `14.1.0 serving`. */
async function stableCopies({ platform }: Lab): Promise<string[]> {
  const copies = await platform.copies();
  return copies.filter(({ track }) => track === 'stable').map(({ version, state }) => `${version} ${state}`);
}

/**
 * Stable is being made new, copy by copy: once one is, the next one dies by `kill -9` while it starts, and the
 * platform leaves it at that.
 */
async function stopHalfWay(lab: Lab): Promise<void> {
  await vi.waitFor(
    async () => {
      expect(await stableCopies(lab)).toContain(`${canary} serving`);
      const copies = await lab.platform.copies();
      const starting = copies.find(
        ({ track, state, pid }) => track === 'stable' && state === 'starting' && pid,
      );
      expect(starting).toBeDefined();
      process.kill(starting?.pid ?? 0, 'SIGKILL');
    },
    { timeout: 30_000, interval: 10 },
  );
  await vi.waitFor(async () => {
    const copies = await stableCopies(lab);
    expect(copies).toHaveLength(3);
    expect(new Set(copies)).toEqual(new Set([`${stable} serving`, `${canary} serving`]));
  }, 30_000);
}

describe.concurrent('an abort in mid-promotion, said while no worker runs', { timeout: 120_000 }, () => {
  test('halts where stable is half new, and promote makes it all new', async ({ lab }) => {
    const promotion = lab.proxy.holdAnswer(({ call }) => call === 'promote');
    await lab.start({ steps });
    await promotion.here;
    await stopHalfWay(lab);
    await lab.killWorker();
    // An attempt that is repeated before the abort is heard would go on with the promotion.
    let halted = false;
    lab.proxy.hold(({ call }) => call === 'promote' && !halted);
    await lab.handle.signal('abort', { by: 'ana', reason: 'the new copies die' });
    const half = await stableCopies(lab);
    await lab.startWorker();

    const { doing, weight } = await lab.until(({ phase }) => phase === 'halted');
    halted = true;
    expect(doing).toContain(`stable runs ${stable}, ${canary}`);
    expect(doing).toContain('aborted by "ana" (claimed): the new copies die');
    expect(doing).toContain('Promote to go forward again');
    // Nothing was made worse: the canary keeps its traffic, and what serves goes on serving.
    expect(await lab.effects()).toEqual(['deploy 20', 'split 20', 'promote']);
    expect({ weight, split: await lab.split() }).toEqual({
      weight: 20,
      split: { weight: 20, audience: null },
    });
    expect(await stableCopies(lab)).toEqual(half);
    lab.users.reset();
    await served(lab, 40);
    expect(lab.users.seen().errors).toBe(0);

    expect(await lab.rollouts.promote(service, { by: 'ben' })).toMatchObject({ handled: true });
    expect(await lab.handle.result()).toMatchObject({ outcome: 'promoted', verified: true });
    expect(await lab.effects()).toEqual([
      ...['deploy 20', 'split 20', 'promote', 'promote', 'split 0', 'remove'],
    ]);
    await expectAll(canary, lab);
  });

  test('takes the canary back where stable is still whole', async ({ lab }) => {
    const promotion = lab.proxy.hold(({ call }) => call === 'promote');
    await lab.start({ steps });
    await promotion.here;
    await lab.killWorker();
    // An attempt that is repeated before the abort is heard.
    lab.proxy.hold(({ call }) => call === 'promote');
    await lab.handle.signal('abort', { by: 'ana' });
    await lab.startWorker();

    expect(await lab.handle.result()).toMatchObject({
      outcome: 'aborted',
      cause: 'aborted by "ana" (claimed)',
      verified: true,
    });
    expect(await promotion.letGo()).toBe(409);
    expect(await lab.effects()).toEqual(['deploy 20', 'split 20', 'split 0', 'remove']);
    await expectAll(stable, lab);
  });
});
