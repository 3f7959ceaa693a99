/** `coalmine worker` as its operator sees it: health, metrics, logs, and what ends it. */
import { readFileSync } from 'node:fs';
import axios from 'axios';
import { beforeAll, afterAll, describe, expect, test, onTestFinished } from 'vitest';
import type { WorkflowHandle } from '@temporalio/client';
import type { ChapterResult } from '../../activities/collect-metrics.ts';
import { Rollouts } from '../../src/client.ts';
import { readConfig } from '../../src/config.ts';
import type { Judgement } from '../../src/judge/judge.ts';
import type { RolloutSpec } from '../../src/spec/schema.ts';
import { connectClient } from '../../src/temporal/client-connection.ts';
import { anyFreePort } from '../../src/temporal/ports.ts';
import { reply, startContractTarget, type ContractTarget } from '../support/contract-target.ts';
import { activitiesOf, type Ordered } from '../support/history.ts';
import { startTemporalProcess, type TemporalProcess } from '../support/temporal-process.ts';
import { scrape, type Scrape } from './scrape.ts';
import { startWorkerProgram, type WorkerProgram } from './worker-program.ts';

const secret = 'Bearer squirrel-7f3a';

let temporal: TemporalProcess;
let server: Awaited<ReturnType<typeof connectClient>>;
let rollouts: Rollouts;

beforeAll(async () => {
  temporal = await startTemporalProcess();
  server = await connectClient(readConfig({ TEMPORAL_ADDRESS: temporal.address }));
  rollouts = new Rollouts(server.client);
});

afterAll(async () => {
  await server.connection.close();
  await temporal.close();
});

async function freeAddress(): Promise<string> {
  return `127.0.0.1:${String(await anyFreePort())}`;
}

async function startTarget(): Promise<ContractTarget> {
  const target = await startContractTarget('v1');
  onTestFinished(target.close);
  return target;
}

/** Every request carries the secret; `$.weight` is a number, as the metric wants it, `$.nothing` is not there. */
async function startRollout(
  service: string,
  { url }: ContractTarget,
  spec: { value?: string; steps: RolloutSpec['steps'] },
): Promise<WorkflowHandle> {
  const headers = { authorization: { secret: 'TARGET_TOKEN' } };
  const { rollout } = await rollouts.start({
    service,
    version: 'v2',
    target: { type: 'http', url, headers },
    every: '1s',
    metrics: [
      {
        name: 'weight',
        kind: 'value',
        source: { type: 'http', url: `${url}?call=read`, headers, value: spec.value ?? '$.weight' },
        max: 100,
      },
    ],
    steps: spec.steps,
  });
  return server.client.workflow.getHandle(rollout);
}

async function startWorker(env: Record<string, string> = {}): Promise<WorkerProgram> {
  const worker = await startWorkerProgram(temporal.address, {
    COALMINE_ALLOW_SECRETS: 'TARGET_TOKEN',
    TARGET_TOKEN: secret,
    ...env,
  });
  onTestFinished(worker.kill);
  return worker;
}

async function inPhase(service: string, phase: string): Promise<void> {
  await expect
    .poll(
      async () => {
        const answer = await rollouts.status(service);
        return answer.kind === 'full' ? answer.status.phase : null;
      },
      { timeout: 40_000 },
    )
    .toBe(phase);
}

describe('health', () => {
  /** Status and body; null while nothing listens. */
  async function ask(address: string, path: string): Promise<{ status: number; data: unknown } | null> {
    try {
      const { status, data } = await axios.get<unknown>(`http://${address}/${path}`, {
        validateStatus: null,
      });
      return { status, data };
    } catch {
      return null;
    }
  }

  test('a worker is ready once it takes work, not while its server is away, and not once it is to end', async () => {
    const health = await freeAddress();
    const starting = startWorker({ COALMINE_HEALTH_ADDRESS: health, COALMINE_SHUTDOWN_GRACE: '2' });
    const look = (path: string) => expect.poll(() => ask(health, path), { timeout: 40_000, interval: 20 });
    await look('readyz').toEqual({ status: 503, data: { ok: false, reason: 'starting' } });
    const worker = await starting;
    await look('readyz').toEqual({ status: 200, data: { ok: true } });
    expect(await ask(health, 'healthz')).toEqual({ status: 200, data: { ok: true } });
    expect(await ask(health, 'other')).toMatchObject({ status: 404 });

    await temporal.kill();
    await look('readyz').toMatchObject({
      status: 503,
      data: { reason: expect.stringContaining('the Temporal server does not answer') as string },
    });
    expect(await ask(health, 'healthz')).toMatchObject({ status: 200 });
    await temporal.restart();
    await look('readyz').toMatchObject({ status: 200 });

    // An effect that is not answered holds the worker up until its grace is over.
    const target = await startTarget();
    await startRollout('health', target, { steps: [{ weight: 50, bake: '1h' }] });
    await inPhase('health', 'baking');
    const splits = target.hang();
    const aborted = rollouts.abort('health');
    await splits;
    const asked = performance.now();
    const ended = worker.end();
    await look('readyz').toEqual({ status: 503, data: { ok: false, reason: 'draining' } });
    expect(await ask(health, 'healthz')).toMatchObject({ status: 200 });
    expect(await ended).toBe(0);
    // By default it would be ten seconds at least.
    expect(performance.now() - asked).toBeLessThan(10_000);
    await aborted;
    await server.client.workflow.getHandle('rollout/health').terminate();
  });

  test.each(['COALMINE_HEALTH_ADDRESS', 'COALMINE_METRICS_ADDRESS'])(
    'a port of %s that is taken is told of',
    async (name) => {
      const { host } = new URL((await startTarget()).url);
      await expect(startWorker({ [name]: host })).rejects.toThrow(
        `${name}: found ${host}, where this worker cannot listen`,
      );
    },
  );
});

describe('metrics and logs', () => {
  test('say what happened, and no secret', async () => {
    const metrics = await freeAddress();
    const worker = await startWorker({ COALMINE_METRICS_ADDRESS: metrics, COALMINE_LOG: 'json' });

    const good = await startTarget();
    let deploys = 0;
    good.befall(({ call }) =>
      call === 'deploy' && ++deploys === 1
        ? (response) => {
            // As some frameworks do in their error pages.
            reply(response, { status: 503, body: { headers: { authorization: secret } } });
          }
        : null,
    );
    const promoted = await startRollout('good', good, { steps: [{ weight: 50, bake: '3s' }] });
    const blind = await startRollout('blind', await startTarget(), {
      value: '$.nothing',
      steps: [{ weight: 20, bake: '3s' }],
    });
    expect(await rollouts.result('good')).toMatchObject({ outcome: 'promoted', verified: true });
    await inPhase('blind', 'holding');
    await rollouts.abort('blind');
    expect(await rollouts.result('blind')).toMatchObject({ outcome: 'aborted', verified: true });

    const activities = [...(await activitiesOf(promoted)), ...(await activitiesOf(blind))];
    const { text, samples } = await scrape(metrics);
    expectRolloutsCounted(samples);
    expectVerdictsCounted(samples, activities);
    expectEffectsMeasured(samples, activities);
    expect(samples.get('coalmine_tick_lateness_seconds_count')).toBeGreaterThanOrEqual(ticksOf(activities));
    expect([...samples.keys()].filter((name) => name.startsWith('temporal_')).length).toBeGreaterThan(20);
    expect(metricNames(samples)).toEqual(documentedMetrics());
    // However many services there are, no label names one.
    expect(text).not.toMatch(/"[^"]*(good|blind)[^"]*"/);

    expect(await worker.end()).toBe(0);
    expectLogged(worker.lines);

    expect(good.arrived.every(({ headers }) => headers.authorization === secret)).toBe(true);
    const histories = await Promise.all([promoted, blind].map((handle) => handle.fetchHistory()));
    expect(textOf(histories)).toContain('TARGET_TOKEN');
    for (const place of [textOf(histories), text, worker.lines.join('\n')])
      expect(place).not.toContain('squirrel');
  });

  function expectRolloutsCounted(samples: Scrape): void {
    expect(Object.fromEntries([...samples].filter(([name]) => /_(entered|ended|holds)/.test(name)))).toEqual({
      'coalmine_phases_entered_total{phase="preflight"}': 2,
      'coalmine_phases_entered_total{phase="deploying"}': 2,
      'coalmine_phases_entered_total{phase="baking"}': 2,
      'coalmine_phases_entered_total{phase="holding"}': 1,
      'coalmine_phases_entered_total{phase="promoting"}': 1,
      'coalmine_phases_entered_total{phase="restoring"}': 1,
      'coalmine_phases_entered_total{phase="ended"}': 2,
      'coalmine_rollouts_ended_total{outcome="promoted"}': 1,
      'coalmine_rollouts_ended_total{outcome="aborted"}': 1,
      'coalmine_holds_total{cause="no-signal"}': 1,
    });
  }

  function expectVerdictsCounted(samples: Scrape, activities: Ordered[]): void {
    const kinds = activities
      .filter(({ type }) => type === 'judge')
      .map(({ result }) => (result as Judgement).verdict.kind);
    for (const kind of ['pass', 'no-signal'] as const) {
      const given = kinds.filter((other) => other === kind).length;
      expect(given).toBeGreaterThan(0);
      expect(samples.get(`coalmine_verdicts_total{verdict="${kind}"}`)).toBe(given);
    }
  }

  function expectEffectsMeasured(samples: Scrape, activities: Ordered[]): void {
    for (const effect of ['deploy', 'shiftTraffic', 'promote', 'remove']) {
      const attempts = activities
        .filter(({ type }) => type === effect)
        .reduce((sum, ordered) => sum + ordered.attempts, 0);
      expect(samples.get(`coalmine_effect_duration_seconds_count{effect="${effect}"}`)).toBe(attempts);
    }
    const errors = [...samples].filter(([name]) => name.startsWith('coalmine_effect_errors'));
    expect(errors).toEqual([
      ['coalmine_effect_errors_total{effect="deploy",failure="TargetUnavailable"}', 1],
    ]);
  }

  function expectLogged(lines: string[]): void {
    const records = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    const ofGood = { rollout: 'rollout/good', service: 'good', run: expect.any(String) as string };
    expect(records).toContainEqual(
      expect.objectContaining({
        ...ofGood,
        level: 'info',
        phase: 'baking',
        message: 'Shifting traffic: 50%',
      }),
    );
    expect(records).toContainEqual(
      expect.objectContaining({
        ...ofGood,
        level: 'warn',
        message: 'Activity failed',
        activity: 'deploy',
        attempt: 1,
        error: expect.stringMatching(/POST http:\S+ answered 503 \(.*\*\*\*.*expected 2xx/) as string,
      }),
    );
    expect(records).toContainEqual(
      expect.objectContaining({ ...ofGood, message: 'Effect carried out', activity: 'deploy', attempt: 2 }),
    );
    expect(records).toContainEqual(
      expect.objectContaining({ ...ofGood, phase: 'ended', outcome: 'promoted' }),
    );
    expect(records.filter(({ message }) => String(message).startsWith('No '))).toEqual([]);
  }
});

/** The worker's own metrics and their labels, as they are served, without what belongs to their type. */
function metricNames(samples: Scrape): Record<string, string[]> {
  const names = [...samples.keys()].flatMap((sample) => {
    const [, name = '', labels = ''] =
      /^(coalmine_\w+?)(?:_bucket|_sum|_count)?(?:\{(.*)\})?$/.exec(sample) ?? [];
    return name === ''
      ? []
      : [[name, [...labels.matchAll(/(\w+)="/g)].map(([, label = '']) => label)] as const];
  });
  return Object.fromEntries(
    names.map(([name, labels]) => [name, labels.filter((label) => label !== 'le').sort()]),
  );
}

/** The same, as docs/operations.md lists them. */
function documentedMetrics(): Record<string, string[]> {
  const page = readFileSync(new URL('../../docs/operations.md', import.meta.url), 'utf8');
  const rows = page.matchAll(/^\| `(coalmine_\w+)` +\| \w+ +\| (.*?) +\|/gm);
  return Object.fromEntries(
    [...rows].map(([, name = '', labels = '']) => [
      name,
      [...labels.matchAll(/`(\w+)`/g)].map(([, label = '']) => label).sort(),
    ]),
  );
}

/** Ticks that chapters brought home; what was looked at in one that was left behind is not among them. */
function ticksOf(activities: Ordered[]): number {
  return activities
    .filter(({ type, result }) => type === 'collectMetrics' && result !== undefined)
    .reduce((sum, { result }) => sum + (result as ChapterResult).row.count, 0);
}

/** All that is text anywhere in it, payloads decoded. */
function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value instanceof Uint8Array) return Buffer.from(value).toString();
  if (typeof value !== 'object' || value === null) return '';
  return Object.values(value).map(textOf).join('\n');
}

describe('limits', () => {
  test('a worker keeps no more rollouts in memory than it may, and counts those that run', async () => {
    const first = await startWorker();
    const services = ['ales', 'breads', 'cakes', 'dates'];
    for (const service of services)
      await startRollout(service, await startTarget(), { steps: [{ weight: 20, bake: '1h' }] });
    for (const service of services) await inPhase(service, 'baking');
    expect(await first.end()).toBe(0);

    const metrics = await freeAddress();
    await startWorker({ COALMINE_METRICS_ADDRESS: metrics, COALMINE_CACHED_ROLLOUTS: '2' });
    const sample = (name: string) =>
      expect.poll(async () => (await scrape(metrics)).samples.get(name), { timeout: 40_000 });
    await sample('coalmine_rollouts{phase="baking"}').toBe(4);
    await sample('coalmine_rollouts{phase="stuck"}').toBe(0);
    for (const service of services) await inPhase(service, 'baking');
    expect((await scrape(metrics)).samples.get('temporal_sticky_cache_size')).toBe(2);
    for (const service of services) await server.client.workflow.getHandle(`rollout/${service}`).terminate();
  });
});
