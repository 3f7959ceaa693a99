import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { randomOf } from '../../src/domain/random.ts';
import type { Reading } from '../../src/judge/samples.ts';
import type { RolloutSpec } from '../../src/spec/schema.ts';
import { createProcedure, type Procedure, type Run } from '../support/procedure.ts';
import { World } from '../support/world.ts';

let procedure: Procedure;
beforeAll(async () => {
  procedure = await createProcedure();
});
afterAll(() => procedure.close());

test('a bake of 24 hours with a tick each 10 s takes at most 20 events and 30 KiB a chapter', async () => {
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
    const { events, chapters, bytes } = await sizeOf(handle);
    expect(chapters).toBeGreaterThanOrEqual(144);
    expect(events / chapters).toBeLessThanOrEqual(20);
    expect(bytes / chapters).toBeLessThan(30 * 2 ** 10);
  });
}, 240_000);

test('an hour without a signal just before the end of a bake takes a chapter a minute at most', async () => {
  const world = new World();
  let ticks = 0;
  world.measure = (_metric, track) => {
    if (track === 'canary') ticks += 1;
    return ticks > 59 && ticks <= 59 + 360 ? { missing: 'the source is away' } : { events: 0, total: 100 };
  };
  const source = { type: 'http' as const, url: 'http://127.0.0.1:1', events: '$.e', total: '$.t' };
  await procedure.with(world, async (start) => {
    const { handle } = await start({
      every: '10s',
      metrics: [{ name: 'errors', kind: 'rate', source, max: '2%' }],
      steps: [{ weight: 5, bake: '10m' }],
      onNoSignal: { hold: '2h' },
    });
    expect(await handle.result()).toMatchObject({ outcome: 'promoted' });
    const { chapters } = await sizeOf(handle);
    expect(chapters).toBeLessThanOrEqual(70);
  });
}, 240_000);

test('a chapter of ten minutes with ten metrics that are compared with stable takes at most 128 KiB', async () => {
  const world = new World();
  world.measure = (metric, track) => readingOf(metric, track === 'stable' ? 1_900 : 100);
  await procedure.with(world, async (start) => {
    const { handle } = await start({
      every: '10s',
      metrics: tenMetrics,
      steps: [{ weight: 5, bake: '6h', onInconclusive: 'advance' }],
    });
    expect(await handle.result()).toMatchObject({ outcome: 'promoted' });
    const { chapters, bytes } = await sizeOf(handle);
    expect(chapters).toBeGreaterThanOrEqual(36);
    expect(bytes / chapters).toBeLessThan(128 * 2 ** 10);
  });
}, 240_000);

test('an effect and the question after it take of the plan only what they need, not the metrics and steps', async () => {
  await procedure.with(new World(), async (start) => {
    const { handle } = await start({ steps: [{ weight: 5, bake: '1m' }] });
    await handle.result();
    const { events } = await handle.fetchHistory();
    const inputs = (events ?? []).flatMap(({ activityTaskScheduledEventAttributes: scheduled }) => {
      const name = scheduled?.activityType?.name ?? '';
      const data = scheduled?.input?.payloads?.[0]?.data;
      if (!['deploy', 'shiftTraffic', 'promote', 'remove', 'readBack'].includes(name) || !data) return [];
      return [[name, JSON.parse(Buffer.from(data).toString())] as [string, { plan: object }]];
    });
    expect(new Set(inputs.map(([name]) => name)).size).toBe(5);
    for (const [name, { plan }] of inputs)
      expect(['target', 'traffic', 'baseline'], name).toEqual(expect.arrayContaining(Object.keys(plan)));
  });
});

async function sizeOf(handle: Run['handle']): Promise<{ events: number; chapters: number; bytes: number }> {
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
  return { events: events.length, chapters, bytes };
}

/** Five rates, two latencies and three gauges, as `npm run bench:judge-look` has them. */
const tenMetrics: RolloutSpec['metrics'] = [
  ...[1, 2, 3, 4, 5].map((at) => ({
    name: `rate-${String(at)}`,
    kind: 'rate' as const,
    source: {
      type: 'prometheus' as const,
      url: 'http://127.0.0.1:1',
      preset: 'http-server' as const,
      match: `of="${String(at)}",track="$track"`,
    },
  })),
  ...[1, 2].map((at) => ({
    name: `latency-${String(at)}`,
    kind: 'latency' as const,
    source: {
      type: 'prometheus' as const,
      url: 'http://127.0.0.1:1',
      preset: 'http-server' as const,
      match: `of="${String(at)}",track="$track"`,
    },
  })),
  ...[1, 2, 3].map((at) => ({
    name: `gauge-${String(at)}`,
    kind: 'gauge' as const,
    source: {
      type: 'prometheus' as const,
      url: 'http://127.0.0.1:1',
      value: `gauge{of="${String(at)}",track="$track"}`,
    },
    noise: { sd: 1 },
  })),
];

/** As many as the default ones of Prometheus' client libraries. */
const bounds = [5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000];
const random = randomOf('history size');

function readingOf(metric: string, mean: number): Reading {
  if (metric.startsWith('gauge')) return { value: 10 + random.normal(), n: 1 };
  const total = random.poisson(mean);
  if (metric.startsWith('rate')) return { events: random.binomial(total, 0.005), total };
  let left = total;
  const below = bounds.map((bound) => {
    left = random.binomial(left, Math.min(1, 10 / bound));
    return total - left;
  });
  return { bounds, below, total };
}
