/** Each thing that may go wrong with measuring, during a good and a bad rollout: what is decided, and what people read. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, test } from 'vitest';
import { markdown } from '../../src/text/markdown.ts';
import type { RolloutStatus } from '../../src/domain/status.ts';
import { faults, type Fault, type Scene } from './faults.ts';
import { startMeddler } from './meddler.ts';
import { rolloutStarter, type RunningRollout } from './rollouts.ts';
import { PrometheusServer, skipped } from './server.ts';
import { Shop } from './shop.ts';

/** What was seen, for people: one row for each fault. */
const seen: string[] = [];

describe.skipIf(skipped)('a rollout during a fault of measuring', () => {
  const start = rolloutStarter();
  let opened = 0;

  afterAll(() => console.log(['', ...seen].join('\n')));

  async function withScene(play: (scene: Scene) => Promise<void>): Promise<void> {
    const number = (opened += 1);
    const good = await Shop.open(`good-${number}`, 1);
    const bad = await Shop.open(`bad-${number}`, 3);
    const prometheus = await PrometheusServer.start('500ms', [...good.targets, ...bad.targets]);
    const meddler = await startMeddler(prometheus.url);
    try {
      await play({ prometheus, meddler, good, bad });
    } finally {
      meddler.end();
      await prometheus.end();
      await good.close();
      await bad.close();
    }
  }

  test.concurrent.for(faults)('$what', { timeout: 180_000 }, async (fault, { expect }) => {
    await withScene(async (scene) => {
      const { good, bad, meddler } = scene;
      const fine = await start(good, meddler.url, {});
      await lookedAt(fine, scene);

      await fault.begin(scene);
      const began = Date.now();
      const held = await fine.until(isDoubted(fault));
      const harmful = await start(bad, meddler.url, {
        steps: [{ weight: 20, bake: { min: '1s', max: '2s' } }],
      });
      const details = await fine.details();
      const doubted = await harmful.until(({ verdict, outcome }) => verdict !== null || outcome !== null);
      await sleep(began + (fault.lasts ?? 0) - Date.now());
      expect([held.weight, good.target.split().weight]).toEqual([20, 20]);
      expect(details).toContain(
        `**Verdict: ${fault.kind ?? 'no-signal'}**. ${markdown(held.verdict?.because ?? '')}`,
      );
      expect(doubted.verdict?.kind).not.toBe('pass');
      expect(bad.target.running('stable')).toEqual(['v1']);

      await fault.end(scene);
      const [kept, gone] = await Promise.all([fine.result(), harmful.result()]);
      const lasted = ((Date.now() - began) / 1000).toFixed(0);
      seen.push(
        fault.what,
        `  good: ${textOf(held)}; then ${kept.outcome}`,
        `  bad:  ${textOf(doubted)}; then ${gone.outcome} (${lasted} s)`,
      );
      expect(kept).toMatchObject({ outcome: 'promoted', verified: true });
      expect(good.target.running('stable')).toEqual(['v2']);
      expect(gone).toMatchObject({ outcome: 'rolled-back', verified: true });
      expect(gone.cause).toMatch(/^errors: [\d.]+ × stable's/);
      expect(bad.target.running('stable')).toEqual(['v1']);
    });
  });
});

/**
 * Until its canary has been scraped with requests, and its bake has been looked at a few times: its first chapter tells
 * nothing of them before it ends.
 */
async function lookedAt(rollout: RunningRollout, { meddler, prometheus, good }: Scene): Promise<void> {
  await rollout.until(({ phase }) => phase === 'baking');
  const canary = `http_requests_total{service="${good.service}",track="canary"}`;
  while ((await prometheus.value(canary, Date.now())) === null) await sleep(100);
  const before = meddler.passed();
  while (meddler.passed() < before + 30) await sleep(100);
}

const isDoubted =
  ({ kind = 'no-signal', says }: Fault) =>
  ({ verdict }: RolloutStatus): boolean =>
    verdict?.kind === kind && says.test(verdict.because);

function textOf({ phase, weight, verdict }: RolloutStatus): string {
  return `${phase} at ${String(weight)}%, ${verdict?.kind ?? 'no verdict'}: ${verdict?.because ?? ''}`;
}
