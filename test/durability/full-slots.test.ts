import { setTimeout as delay } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import type { ContractTarget } from '../support/contract-target.ts';
import { openContractLab } from './contract-lab.ts';

test(
  'an abort does not wait for a slot: traffic is back at once though every watch slot is taken',
  { timeout: 120_000 },
  async () => {
    const { client, rollouts, start } = await openContractLab({ env: { COALMINE_WATCH_SLOTS: '2' } });
    const services = ['ales', 'breads', 'cakes', 'dates'];
    const targets = new Map<string, ContractTarget>();
    for (const service of services) targets.set(service, await start(service, [{ weight: 20, bake: '1h' }]));

    /** Whether the service's chapter is being watched; null while it has none. */
    async function isWatched(service: string): Promise<boolean | null> {
      const { raw } = await client.workflow.getHandle(`rollout/${service}`).describe();
      const chapter = raw.pendingActivities?.find(
        ({ activityType }) => activityType?.name === 'collectMetrics',
      );
      return chapter === undefined ? null : Boolean(chapter.lastStartedTime);
    }

    const watched: string[] = [];
    const waiting: string[] = [];
    await vi.waitFor(async () => {
      const found = await Promise.all(services.map(isWatched));
      watched.splice(0, Infinity, ...services.filter((_, at) => found[at] === true));
      waiting.splice(0, Infinity, ...services.filter((_, at) => found[at] === false));
      expect([watched.length, waiting.length]).toEqual([2, 2]);
    }, 60_000);

    for (const [which, [service = '']] of Object.entries({
      'without a slot': waiting,
      'with one': watched,
    })) {
      const target = targets.get(service);
      expect(target?.split().weight).toBe(20);
      const asked = performance.now();
      expect(await rollouts.abort(service)).toMatchObject({ handled: true });
      while (target?.split().weight !== 0 && performance.now() - asked < 60_000) await delay(5);
      const took = Math.round(performance.now() - asked);
      console.log(`from abort to traffic back, every watch slot taken, a rollout ${which}: ${took} ms`);
      expect(took).toBeLessThan(10_000);
      expect(await rollouts.result(service)).toMatchObject({ outcome: 'aborted', verified: true });
      expect(target?.running('canary')).toEqual([]);
    }
  },
);
