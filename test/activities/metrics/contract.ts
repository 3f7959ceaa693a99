import { describe, expect, test } from 'vitest';
import { metricsOf, systemClock } from '../../../activities/adapters.ts';
import { metrics } from '../../../activities/metrics/registry.ts';
import type { Look, Metrics } from '../../../activities/ports.ts';
import { LoadTurns } from '../../../activities/load-turns.ts';
import type { Track } from '../../../src/domain/rollout.ts';
import { judgesTest, mostLag, remembers } from '../../../src/domain/sources.ts';
import { completeSpec } from '../../../src/spec/parse.ts';
import type { MetricPlan, RolloutSpec } from '../../../src/spec/schema.ts';
import { connecting, declaredHosts } from '../../support/connecting.ts';
import { grantsOf } from '../../support/grants.ts';
import { World } from '../../support/world.ts';
import { look, never, startSource } from './source.ts';

type MetricSpec = NonNullable<RolloutSpec['metrics']>[number];

/** A metric for each kind of metric that a kind of source can measure, of a server at this URL if it asks one. */
export type MetricsSubject = (url: string) => Omit<MetricSpec, 'name'>[];

const tracks: Track[] = ['canary', 'stable'];

/** What a source guarantees whatever its server answers. What it measures is tried with each one's own server. */
export function metricsContract(type: string, subject: MetricsSubject): void {
  const nowhere = 'http://127.0.0.1:1/$track';

  describe.each(subject(nowhere).map(({ kind }, at) => [kind, at] as const))(
    `the source ${type}, of a metric of kind %s`,
    (_, at) => {
      const planOf = (url: string): MetricPlan => planned(subject(url)[at] ?? {});
      const readsLoad = judgesTest(planOf(nowhere));
      const now = (): Look => look({ tracks, window: { from: Date.now() - 10_000, to: Date.now() } });

      test('keeps what its kind declares', async () => {
        const plan = planOf(nowhere);
        const source = connect(plan);
        expect(source.remembers).toBe(remembers(plan));
        expect(source.past !== undefined).toBe(remembers(plan));
        const lag = (await source.lag?.(now(), { signal: never })) ?? 0;
        expect(lag).toBeGreaterThanOrEqual(0);
        expect(lag).toBeLessThanOrEqual(mostLag([plan]));
      });

      test('says what it could not measure, and why, with a cursor that history can hold', async () => {
        const found = await connect(planOf(nowhere)).collect(now(), { signal: never });
        expect(found.canary).toEqual({ missing: expect.stringMatching(/\S/) as string });
        expect(JSON.parse(JSON.stringify(found.cursor))).toEqual(found.cursor);
      });

      test.skipIf(readsLoad).each([
        ['nonsense', 200, 'nonsense'],
        ['nothing', 200, ''],
        ['an empty list', 200, '[]'],
        ['an error', 500, 'no'],
        ['no such place', 404, '{}'],
      ])('takes %s for no number', async (_name, status, answer) => {
        const server = await startSource();
        server.answer((_request, response) => response.writeHead(status).end(answer));
        const found = await connect(planOf(`${server.url}/$track`)).collect(now(), { signal: never });
        expect(found.canary).toEqual({ missing: expect.stringContaining('127.0.0.1') as string });
      });

      test.skipIf(readsLoad)('connects to nothing that it does not declare', async () => {
        const server = await startSource();
        const connections = connecting();
        const plan = planOf(`${server.url}/$track`);
        await connect(plan).collect(now(), { signal: never });
        expect(connections().length).toBeGreaterThan(0);
        expect(declaredHosts(usesOf(plan))).toEqual(expect.arrayContaining(connections()));
      });

      test.skipIf(readsLoad)('ends when it is cancelled', async () => {
        const server = await startSource();
        const cancel = new AbortController();
        const reason = new Error('cancelled by the test');
        server.answer(() => {
          cancel.abort(reason);
        });
        const going = connect(planOf(`${server.url}/$track`)).collect(now(), { signal: cancel.signal });
        await expect(going).rejects.toBe(reason);
      });
    },
  );
}

function planned(metric: object): MetricPlan {
  const { metrics } = completeSpec({
    service: 'shop',
    version: '2',
    target: { type: 'http', url: 'http://127.0.0.1:1' },
    load: { type: 'http', url: 'http://127.0.0.1:1' },
    metrics: [
      { name: 'watched', ...metric },
      { name: 'deciding', kind: 'status', source: { type: 'http', url: 'http://127.0.0.1:1' } },
    ],
    steps: [{ weight: 5, bake: '1m' }],
  });
  return metrics[0] as MetricPlan;
}

/** As a worker does. */
function connect(plan: MetricPlan): Metrics {
  return metricsOf(plan, {
    adapters: { ...new World().adapters, metrics },
    grants: grantsOf(() => 'hush'),
    clock: systemClock,
    loadTurns: new LoadTurns(1000),
  });
}

function usesOf(plan: MetricPlan) {
  return (metrics[plan.source.type].uses as (plan: MetricPlan) => ReturnType<typeof metrics.load.uses>)(plan);
}
