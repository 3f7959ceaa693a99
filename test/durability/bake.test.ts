import { describe, expect } from 'vitest';
import type { ChapterResult } from '../../activities/collect-metrics.ts';
import { unpackTicks } from '../../src/domain/ticks.ts';
import { activitiesOf } from '../support/history.ts';
import type { Asked } from '../support/slow-proxy.ts';
import { canary, expectAll, stable, test, type Lab } from './lab.ts';

const isLook = ({ path }: Asked): boolean => path === '/monitor';

/** Waits until a look is over: the next one is nearly a second away. */
async function afterALook({ proxy }: Lab): Promise<void> {
  const look = proxy.hold(isLook);
  await look.here;
  await look.letGo();
}

async function untilBaking(lab: Lab): Promise<void> {
  await lab.until(({ phase, weight }) => phase === 'baking' && weight === 20);
  for (let looks = 0; looks < 5; looks += 1) await afterALook(lab);
}

/**
 * The rollout with one bake is promoted, and the bake was not begun anew: its ticks follow each other without a
 * hole or an overlap, what was measured at first is kept, and the ticks that were measured are as many as the bake
 * was to have. Says how long nobody measured (ms).
 */
async function expectOneBake(lab: Lab, seconds: number): Promise<number> {
  const result = await lab.handle.result();
  expect(result).toMatchObject({ outcome: 'promoted', verified: true, stable });
  expect(result.steps).toMatchObject([{ label: '20%', ended: 'advanced' }]);
  const chapters = (await activitiesOf(lab.handle)).filter(({ type }) => type === 'collectMetrics');
  const ticks = chapters.flatMap((chapter) => unpackTicks((chapter.result as ChapterResult).row));
  const start = ticks[0]?.window.from ?? 0;
  expect(ticks.map(({ window }) => window)).toEqual(
    ticks.map((_, at) => ({ from: start + at * 1000, to: start + (at + 1) * 1000 })),
  );
  const measured = ticks.filter(({ metrics }) => 'status' in (metrics['health']?.canary ?? {}));
  expect(measured).toHaveLength(seconds);
  expect(measured[0]).toBe(ticks[0]);
  expect(await lab.effects()).toEqual(['deploy 20', 'split 20', 'promote', 'split 0', 'remove']);
  await expectAll(canary, lab);
  return (ticks.length - measured.length) * 1000;
}

test(
  'a worker killed in mid-bake: the next one looks again soon, and the bake is not begun anew',
  { timeout: 120_000 },
  async ({ lab }) => {
    await lab.start({ steps: [{ weight: 20, bake: '12s' }] });
    await untilBaking(lab);
    const killed = performance.now();
    await lab.killWorker();
    const look = lab.proxy.hold(isLook);
    await lab.startWorker();
    await look.here;
    const waited = Math.round(performance.now() - killed);
    await look.letGo();
    console.log(`from kill -9 of the worker to the next tick: ${waited} ms`);
    expect(waited).toBeLessThan(30_000);
    // What no heartbeat had told yet dies with the worker: at most the last few seconds.
    expect(await expectOneBake(lab, 12)).toBeLessThan(waited + 5_000);
  },
);

describe.concurrent('in mid-bake', { timeout: 120_000 }, () => {
  test('the Temporal server is killed, and started again on its database', async ({ lab }) => {
    await lab.start({ steps: [{ weight: 20, bake: '15s' }] });
    await untilBaking(lab);
    await lab.temporal.kill();
    await lab.temporal.restart();
    await expectOneBake(lab, 15);
  });

  test('everything is killed, and started again', async ({ lab }) => {
    await lab.start({ steps: [{ weight: 20, bake: '15s' }] });
    await untilBaking(lab);
    await Promise.all([lab.temporal.kill(), lab.killWorker(), lab.platform.kill('SIGKILL')]);
    await Promise.all([lab.temporal.restart(), lab.platform.restart()]);
    expect(await lab.split()).toMatchObject({ weight: 20 });
    await lab.startWorker();
    await expectOneBake(lab, 15);
  });
});
