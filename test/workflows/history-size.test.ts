import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createProcedure, type Procedure } from '../support/procedure.ts';
import { World } from '../support/world.ts';

let procedure: Procedure;
beforeAll(async () => {
  procedure = await createProcedure();
});
afterAll(() => procedure.close());

test('a bake of 24 hours with a tick each 10 s takes at most 20 events a chapter and 4 MiB in all', async () => {
  const world = new World();
  world.measure = (_metric, track) =>
    track === 'stable' ? { events: 31, total: 18_975 } : { events: 2, total: 1_025 };
  const metrics = ['errors', 'timeouts', 'refusals'].map((name) => ({
    name,
    kind: 'rate' as const,
    source: {
      type: 'http' as const,
      url: 'http://127.0.0.1:1/stats?track=$track',
      events: '$.e',
      total: '$.t',
    },
    max: '2%',
    maxRatio: 5,
  }));
  await procedure.with(world, async (start) => {
    const { handle } = await start({ every: '10s', metrics, steps: [{ weight: 5, bake: '24h' }] });
    expect(await handle.result()).toMatchObject({ outcome: 'promoted' });
    const history = await handle.fetchHistory();
    const events = history.events ?? [];
    const chapters = events.filter(
      (event) => event.activityTaskScheduledEventAttributes?.activityType?.name === 'collectMetrics',
    ).length;
    const bytes = historyToJSON(history).length;
    console.info(
      `${String(events.length)} events in ${String(chapters)} chapters: ${(events.length / chapters).toFixed(1)} events and ` +
        `${String(Math.round(bytes / chapters))} bytes (as JSON) each, ${(bytes / 2 ** 20).toFixed(2)} MiB in all`,
    );
    expect(chapters).toBeGreaterThanOrEqual(144);
    expect(events.length / chapters).toBeLessThanOrEqual(20);
    expect(bytes).toBeLessThan(4 * 2 ** 20);
  });
}, 240_000);
