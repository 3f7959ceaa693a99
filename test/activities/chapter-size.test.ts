import { CancelledFailure } from '@temporalio/activity';
import { ActivityCancellationDetails } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { expect, test } from 'vitest';
import type { Clock } from '../../activities/adapters.ts';
import { collectMetrics, type ChapterInput, type ChapterResult } from '../../activities/collect-metrics.ts';
import { LoadTurns } from '../../activities/load-turns.ts';
import type { Metrics } from '../../activities/ports.ts';
import { bakeCriteria } from '../../src/judge/criteria.ts';
import type { Reading, Tick } from '../../src/judge/samples.ts';
import { bytesOf } from '../../src/text/bytes.ts';
import { mostTicks } from '../../src/domain/size.ts';
import { unpackTicks } from '../../src/domain/ticks.ts';
import { completeSpec } from '../../src/spec/parse.ts';
import { everything } from '../support/grants.ts';
import { inMemory, World } from '../support/world.ts';

/** Temporal's own bound on a result and on the details of a heartbeat. */
const payloadLimit = 2 * 1024 * 1024;

const source = { type: 'http', url: 'http://127.0.0.1:1/?track=$track' } as const;
const latency = (name: string) => ({
  name,
  kind: 'latency',
  source: { ...source, histogram: '$.h' },
});
const status = { name: 'health', kind: 'status', source: { type: 'http', url: source.url } };

interface Asked {
  metrics: object[];
  ticks: number;
  from?: number;
  cursors?: ChapterInput['cursors'];
  measure: () => Reading;
  cursor?: () => unknown;
  clock?: Clock;
}

interface Watched {
  result: Promise<ChapterResult>;
  env: MockActivityEnvironment;
  heartbeats: unknown[];
}

function watch({ metrics, ticks, from = 0, cursors = {}, measure, cursor, clock }: Asked): Watched {
  const plan = completeSpec({
    service: 'checkout',
    version: 'v2',
    target: { type: 'http', url: 'http://127.0.0.1:9/' },
    metrics,
    every: '1s',
    steps: [{ weight: 5, bake: '1m' }],
  });
  const measured: Metrics = {
    remembers: true,
    collect: ({ tracks }) =>
      Promise.resolve({
        ...Object.fromEntries(tracks.map((track) => [track, measure()])),
        cursor: cursor?.() ?? null,
      }),
  };
  const world = new World();
  const sources = world.adapters.metrics;
  const adapters = {
    ...world.adapters,
    metrics: { ...sources, http: inMemory(sources.http, () => measured) },
  };
  let time = from;
  const hurrying: Clock = {
    now: () => time,
    sleep: (ms) => {
      time += ms;
      return Promise.resolve();
    },
  };
  const input: ChapterInput = {
    chapter: { from, every: plan.every, ticks },
    metrics: plan.metrics,
    criteria: bakeCriteria(plan.metrics, { weight: 20, audience: null }),
    release: { service: plan.service, version: plan.version, stable: 'v1' },
    state: {},
    cursors,
    passAfter: null,
    signal: null,
    quietUntil: 0,
  };
  const env = new MockActivityEnvironment();
  const heartbeats: unknown[] = [];
  env.on('heartbeat', (details) => heartbeats.push(details));
  const activity = collectMetrics({
    adapters,
    grants: everything,
    clock: clock ?? hurrying,
    loadTurns: new LoadTurns(1000),
  });
  return { result: env.run(activity, input), env, heartbeats };
}

const bounds = Array.from({ length: 60 }, (_, at) => 5 * 1.12 ** at);
const histogram = (buckets: readonly number[]): Reading => ({
  bounds: [...buckets],
  below: buckets.map((_, at) => 1_000 + at),
  total: 10_000,
});

test('fifty histograms of sixty buckets lose no tick: a chapter ends before its ticks are too large', async () => {
  const metrics = [status, ...Array.from({ length: 49 }, (_, at) => latency(`endpoint-${String(at)}`))];
  const seen: Tick[] = [];
  for (let from = 0, cursors = {}; seen.length < 600;) {
    const { result, heartbeats } = watch({
      metrics,
      ticks: 600 - seen.length,
      from,
      cursors,
      measure: () => histogram(bounds),
    });
    const given = await result;
    expect(bytesOf(given.row)).toBeLessThan(mostTicks);
    expect(Math.max(...heartbeats.map(bytesOf))).toBeLessThan(payloadLimit / 2);
    seen.push(...unpackTicks(given.row));
    ({ cursors } = given);
    from = seen.at(-1)?.window.to ?? 0;
  }
  expect(seen.map(({ window }) => window.from)).toEqual(seen.map((_, at) => at * 1000));
  expect(seen.every((tick) => tick.metrics['endpoint-7']?.canary !== undefined)).toBe(true);
  expect(seen.some((tick) => 'missing' in (tick.metrics['endpoint-7']?.canary ?? {}))).toBe(false);
});

const huge = 'x'.repeat(1024 * 1024);

test.each<[string, object[], () => Reading, RegExp]>([
  ['a status word of a mebibyte', [status], () => ({ status: huge }), /^x{200}…$/],
  ['a reason of a mebibyte', [latency('slow')], () => ({ missing: huge }), /^x{397}…$/],
  [
    'a histogram of 100,000 buckets',
    [latency('slow')],
    () => histogram(Array.from({ length: 100_000 }, (_, at) => at + 1)),
    /^100000 buckets take 1\.\d MiB, and each of 1 metrics may take 256 KiB/,
  ],
  [
    'a histogram of 2,000 buckets beside 49 others',
    Array.from({ length: 50 }, (_, at) => latency(`slow-${String(at)}`)),
    () => histogram(Array.from({ length: 2_000 }, (_, at) => at + 1)),
    /^2000 buckets take \d+(\.\d)? KiB, and each of 50 metrics may take 5\.1 KiB/,
  ],
])('%s is cut, and the cut is shown', async (_, metrics, measure, expected) => {
  const given = await watch({ metrics, ticks: 20, measure }).result;
  expect(bytesOf(given)).toBeLessThan(payloadLimit / 2);
  const [first] = Object.values(unpackTicks(given.row)[0]?.metrics ?? {});
  const canary = first?.canary ?? { missing: '' };
  expect('status' in canary ? canary.status : 'missing' in canary ? canary.missing : '').toMatch(expected);
});

test('a source that leaves a mebibyte to go on from is not measured, and says why', async () => {
  const { result } = watch({
    metrics: [latency('slow')],
    ticks: 2,
    measure: () => histogram(bounds),
    cursor: () => huge,
  });
  const { row, cursors } = await result;
  expect(cursors).toEqual({ slow: null });
  expect(unpackTicks(row)[1]?.metrics['slow']?.canary).toEqual({
    missing: expect.stringMatching(/^the counters to go on from take 1 MiB/) as string,
  });
});

test('a chapter that its rollout cancels gives the ticks so far', async () => {
  const { env, result } = watchThreeTicks();
  env.cancel('CANCELLED', new ActivityCancellationDetails({ cancelRequested: true }));
  expect((await result).row).toMatchObject({ from: 0, count: 3 });
});

test('a chapter whose worker shuts down leaves its ticks to the next attempt', async () => {
  const { env, result } = watchThreeTicks();
  env.cancel('WORKER_SHUTDOWN', new ActivityCancellationDetails({ workerShutdown: true }));
  await expect(result).rejects.toThrow(CancelledFailure);
});

/** Three ticks are there, and the fourth is waited for until the chapter is cancelled. */
function watchThreeTicks(): Watched {
  let time = 0;
  const clock: Clock = {
    now: () => time,
    sleep(ms) {
      if (time >= 3_000) return watched.env.context.sleep(60_000);
      time += ms;
      return Promise.resolve();
    },
  };
  const watched = watch({ metrics: [status], ticks: 10, measure: () => ({ status: 'ok' }), clock });
  return watched;
}
