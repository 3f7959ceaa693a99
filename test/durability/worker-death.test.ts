import { describe, expect, vi } from 'vitest';
import type { LoadResult } from '../../activities/generate-load.ts';
import type { LoadReport } from '../../src/judge/samples.ts';
import { activitiesOf, heartbeatOf } from '../support/history.ts';
import { canary, expectAll, served, service, stable, test, type Lab } from './lab.ts';

/** Of a rollout with the lab's two steps that goes well: each effect once, in this order. */
const promoted = ['deploy 20', 'split 20', 'deploy 50', 'split 50', 'promote', 'split 0', 'remove'];

/** `kill -9` of the worker, and another one at once. */
async function replaceWorker(lab: Lab): Promise<void> {
  await lab.killWorker();
  await lab.startWorker();
}

async function expectPromoted(lab: Lab, labels: string[]): Promise<void> {
  const result = await lab.handle.result();
  expect(result).toMatchObject({ outcome: 'promoted', verified: true, stable });
  expect(result.steps.map(({ label, ended }) => `${label} ${ended}`)).toEqual(
    labels.map((label) => `${label} advanced`),
  );
  expect(await lab.effects()).toEqual(promoted);
  await expectAll(canary, lab);
}

describe.concurrent('the worker is killed', { timeout: 120_000 }, () => {
  test('while it deploys the canary, which is accepted but not answered', async ({ lab }) => {
    const deploy = lab.proxy.holdAnswer(({ call }) => call === 'deploy');
    await lab.start();
    await deploy.here;
    await replaceWorker(lab);
    await expectPromoted(lab, ['20%', '50%']);
    const [first] = (await activitiesOf(lab.handle)).filter(({ type }) => type === 'deploy');
    expect(first?.attempts).toBeGreaterThan(1);
  });

  test('while it loads the canary alone: the load goes on with what it had seen', async ({ lab }) => {
    await lab.start({ load: { type: 'http', path: '/', rate: '20/s', duration: '45s' } });
    let before = 0;
    await vi.waitFor(async () => {
      const report = (await heartbeatOf(lab.handle, 'generateLoad')) as LoadReport | undefined;
      before = report?.requests ?? 0;
      expect(before).toBeGreaterThan(40);
    }, 60_000);
    await replaceWorker(lab);
    await expectPromoted(lab, ['20%', '50%']);
    const loads = (await activitiesOf(lab.handle)).filter(({ type }) => type === 'generateLoad');
    const [{ attempts, result } = { attempts: 0, result: null }] = loads;
    expect(loads).toHaveLength(1);
    expect(attempts).toBeGreaterThan(1);
    const { requests, errors } = result as LoadResult;
    expect(errors).toBe(0);
    expect(requests).toBeGreaterThan(before);
    expect(requests).toBeLessThanOrEqual(45 * 20);
  });

  test('while it waits for approval', async ({ lab }) => {
    await lab.start({
      steps: [
        { weight: 20, bake: '2s' },
        { approve: 'release to half', by: ['ana'] },
        { weight: 50, bake: '2s' },
      ],
    });
    await lab.until(({ phase }) => phase === 'waiting');
    await replaceWorker(lab);
    const { gate, weight } = await lab.until(({ phase }) => phase === 'waiting');
    expect({ step: gate?.step, weight }).toEqual({ step: 2, weight: 20 });
    lab.users.reset();
    await served(lab, 200);
    const { requests, byTrack } = lab.users.seen();
    // Within four standard deviations of a fair split.
    expect(Math.abs((byTrack['canary']?.requests ?? 0) / requests - 0.2)).toBeLessThan(0.115);
    expect(await lab.rollouts.approve(service, { by: 'ana' })).toMatchObject({ handled: true });
    await expectPromoted(lab, ['20%', 'gate: release to half', '50%']);
  });

  test('while it promotes, which is accepted but not answered', async ({ lab }) => {
    const promote = lab.proxy.holdAnswer(({ call }) => call === 'promote');
    await lab.start();
    await promote.here;
    await replaceWorker(lab);
    await expectPromoted(lab, ['20%', '50%']);
  });

  test('while it restores, with the canary still to be taken away', async ({ lab }) => {
    const remove = lab.proxy.hold(({ call }) => call === 'remove');
    await lab.start({ steps: [{ weight: 20, bake: '1h' }] });
    await lab.until(({ phase, weight }) => phase === 'baking' && weight === 20);
    expect(await lab.rollouts.abort(service, { by: 'ana' })).toMatchObject({ handled: true });
    await remove.here;
    lab.users.reset();
    await replaceWorker(lab);
    await served(lab, 40);
    expect(Object.keys(lab.users.seen().byTrack)).toEqual(['stable']);
    expect(await lab.handle.result()).toMatchObject({
      outcome: 'aborted',
      cause: 'aborted by "ana" (claimed)',
      verified: true,
    });
    expect(await lab.effects()).toEqual(['deploy 20', 'split 20', 'split 0', 'remove']);
    await expectAll(stable, lab);
  });
});
