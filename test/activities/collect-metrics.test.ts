import { MockActivityEnvironment } from '@temporalio/testing';
import { describe, expect, onTestFinished, test } from 'vitest';
import { LoadTurns } from '../../activities/load-turns.ts';
import { collectMetrics, type ChapterInput, type ChapterResult } from '../../activities/collect-metrics.ts';
import { systemClock, type Clock } from '../../activities/adapters.ts';
import { metrics } from '../../activities/metrics/registry.ts';
import { bakeCriteria } from '../../src/judge/criteria.ts';
import { unpackTicks } from '../../src/domain/ticks.ts';
import { completeSpec } from '../../src/spec/parse.ts';
import { World } from '../support/world.ts';
import { grantsOf } from '../support/grants.ts';
import { startSource } from './metrics/source.ts';

/** A clock that does not make anybody wait. */
function hurrying(): Clock {
  let time = 0;
  return {
    now: () => time,
    sleep(ms: number) {
      time += ms;
      return Promise.resolve();
    },
  };
}

/**
 * A chapter of three ticks of a spec with these metrics.
 *
 * @param scheduled when the server says that it was scheduled; the chapter is over then
 */
async function watch(
  metric: object | object[],
  weight: number,
  clock = hurrying(),
  scheduled = 30_000,
  sources = metrics,
): Promise<ChapterResult> {
  const plan = completeSpec({
    service: 'checkout',
    version: 'v2',
    target: { type: 'http', url: 'http://127.0.0.1:9/' },
    metrics: [metric].flat(),
    every: '10s',
    steps: [{ weight: 5, bake: '1m' }],
  });
  const input: ChapterInput = {
    chapter: { from: scheduled - 30_000, every: plan.every, ticks: 3 },
    metrics: plan.metrics,
    criteria: bakeCriteria(plan.metrics, { weight, audience: null }),
    release: { service: plan.service, version: plan.version, stable: 'v1' },
    state: {},
    cursors: {},
    passAfter: null,
    signal: null,
    quietUntil: 0,
  };
  const grants = grantsOf(() => '');
  const adapters = { ...new World().adapters, metrics: sources };
  const activity = collectMetrics({ adapters, grants, clock, loadTurns: new LoadTurns(1000) });
  return new MockActivityEnvironment({ currentAttemptScheduledTimestampMs: scheduled }).run(activity, input);
}

describe('a metric that has an absolute and a relative condition', () => {
  const metricOf = (url: string) => ({
    name: 'queue',
    kind: 'value',
    source: { type: 'http', url: `${url}/$track`, value: '$.n' },
    max: 10,
    maxRatio: 2,
  });

  test('is measured of both tracks below weight 100', async () => {
    const source = await startSource();
    source.answer({ n: 4 });
    const { row } = await watch(metricOf(source.url), 50);
    const [canary, stable] = [Array<string>(3).fill('/canary'), Array<string>(3).fill('/stable')];
    expect(source.asked.toSorted()).toEqual([...canary, ...stable]);
    expect(unpackTicks(row)[2]?.metrics).toEqual({
      queue: { canary: { value: 4, n: 1 }, stable: { value: 4, n: 1 } },
    });
  });

  test('is measured of the canary alone at weight 100', async () => {
    const source = await startSource();
    source.answer({ n: 4 });
    const { row } = await watch(metricOf(source.url), 100);
    expect(source.asked).toEqual(['/canary', '/canary', '/canary']);
    expect(unpackTicks(row)[2]?.metrics).toEqual({ queue: { canary: { value: 4, n: 1 } } });
  });
});

test('many metrics are looked at together, and Node warns of none of their requests', async () => {
  const warnings: Error[] = [];
  const warned = (warning: Error): unknown => warnings.push(warning);
  process.on('warning', warned);
  onTestFinished(() => {
    process.off('warning', warned);
  });
  const source = await startSource();
  source.answer({ n: 4 });
  const metrics = Array.from({ length: 50 }, (_, at) => ({
    name: `queue-${String(at)}`,
    kind: 'value',
    source: { type: 'http', url: source.url, value: '$.n' },
    max: 10,
  }));
  const { row } = await watch(metrics, 5);
  expect(Object.keys(row.metrics)).toHaveLength(50);
  expect(warnings).toEqual([]);
});

test("a worker whose clock is an hour behind the server's keeps no chapter waiting", async () => {
  const source = await startSource();
  source.answer({ n: 4 });
  const metric = {
    name: 'queue',
    kind: 'value',
    max: 10,
    source: { type: 'http', url: source.url, value: '$.n' },
  };
  const { row } = await watch(metric, 5, systemClock, Date.now() + 3_600_000);
  expect(unpackTicks(row).at(-1)?.metrics).toEqual({ queue: { canary: { value: 4, n: 1 } } });
});

test('a source that says it lags more than its kind declares keeps no chapter waiting', async () => {
  const source = await startSource();
  source.answer({ n: 4 });
  const waits: number[] = [];
  const clock = hurrying();
  const counted: Clock = { now: () => clock.now(), sleep: (ms) => (waits.push(ms), clock.sleep(ms)) };
  const slow = {
    ...metrics,
    http: {
      ...metrics.http,
      connect: (...given: Parameters<typeof metrics.http.connect>) => ({
        ...metrics.http.connect(...given),
        lag: () => Promise.resolve(600_000),
      }),
    },
  };
  const metric = {
    name: 'queue',
    kind: 'value',
    max: 10,
    source: { type: 'http', url: source.url, value: '$.n' },
  };
  const { row } = await watch(metric, 5, counted, 30_000, slow);
  expect(unpackTicks(row)[2]?.metrics).toEqual({ queue: { canary: { value: 4, n: 1 } } });
  expect(waits).toEqual([10_000, 10_000, 10_000]);
});

test('a metric may have the name of what every object has', async () => {
  const source = await startSource();
  source.answer({ n: 4 });
  const metric = { name: 'constructor', kind: 'value', max: 10 };
  const result = await watch({ ...metric, source: { type: 'http', url: source.url, value: '$.n' } }, 5);
  expect(unpackTicks(result.row)[0]?.metrics).toEqual({ constructor: { canary: { value: 4, n: 1 } } });
  expect(result.cursors).toEqual({ constructor: null });
});
