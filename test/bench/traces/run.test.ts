import { execFile } from 'node:child_process';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { eachUser } from '../../../bench/traces/counting.ts';
import { readTrace, type Trace } from '../../../bench/traces/form.ts';
import type { HarmName } from '../../../bench/traces/harms.ts';
import { traceRun } from '../../../bench/traces/run.ts';
import { settings, type SettingName } from '../../../bench/traces/settings.ts';
import { hoursOf, spanOf } from '../../../bench/traces/span.ts';
import { userDispersion } from '../../../bench/traces/user-dispersion.ts';
import { shopHours, writeShop } from './shop.ts';

let shop: Trace;
beforeAll(async () => {
  shop = await readTrace(await writeShop(await mkdtemp(join(tmpdir(), 'shop-'))));
});

const runOf = (name: SettingName, effect: HarmName = 'none', run = 0) =>
  traceRun(shop, { seed: 1, setting: settings[name], effect, run, hours: 1, weight: 0.2 });
const sum = (series: Float64Array): number => series.reduce((so, one) => so + one, 0);

describe('a run of a trace', () => {
  test.each(['request', 'user', 'copy'] as const)(
    'has every request in one arm, split by %s',
    async (name) => {
      const { observed, requests } = await runOf(name);
      expect(observed.ticks).toBe(240);
      expect(sum(observed.canary.requests) + sum(observed.stable.requests)).toBe(900);
      expect(sum(requests)).toBe(sum(observed.canary.requests));
      expect(sum(observed.baseline.requests)).toBeGreaterThan(0);
      const share = sum(observed.canary.requests) / 900;
      expect(share).toBeGreaterThan(0.1);
      expect(share).toBeLessThan(0.35);
    },
  );

  test('of few copies has one of them as the canary, and the past of the others alone', async () => {
    const few = { ...settings['few-copies'], beside: 2 };
    const key = { seed: 1, effect: 'none', hours: 1, weight: 0.2 } as const;
    for (const run of [0, 1, 5]) {
      const { observed } = await traceRun(shop, { ...key, setting: few, run });
      const all = await traceRun(shop, { ...key, setting: settings.copy, run });
      const counted = sum(observed.canary.requests) + sum(observed.stable.requests);
      expect(sum(observed.canary.requests)).toBe(sum(all.observed.canary.requests));
      expect(counted).toBeGreaterThan(900 * 0.6);
      expect(counted).toBeLessThan(900 * 0.9);
      const pasts = observed.history.copies.map(({ requests }) => sum(requests));
      expect(pasts.filter((requests) => requests > 0)).toHaveLength(2);
      expect(pasts[run % 3]).toBe(0);
    }
  });

  test('harms the same canary that a run without harm has', async () => {
    const [healthy, harmed] = [await runOf('user'), await runOf('user', 'errors-3')];
    expect(harmed.observed.canary.requests).toEqual(healthy.observed.canary.requests);
    expect(harmed.observed.stable).toEqual(healthy.observed.stable);
    const more: number[] = [];
    for (let run = 0; run < 8; run += 1) {
      const [one, other] = [await runOf('request', 'none', run), await runOf('request', 'errors-3', run)];
      more.push(sum(other.observed.canary.errors) / sum(one.observed.canary.errors));
    }
    expect(more.reduce((so, one) => so + one, 0) / more.length).toBeGreaterThan(2);
    const late = await runOf('request', 'errors-3-late');
    expect(late.onset).toBe(120);
  });

  test('lets one endpoint, or some users, fail alone', async () => {
    const { canary } = (await runOf('request', 'endpoint')).observed;
    const share = sum(canary.errors) / sum(canary.requests);
    expect(share).toBeGreaterThan(0.25);
    expect(share).toBeLessThan(0.5);
    let more = 0;
    for (let run = 0; run < 6; run += 1) {
      const [healthy, harmed] = [await runOf('user', 'none', run), await runOf('user', 'users', run)];
      more += sum(harmed.observed.canary.errors) - sum(healthy.observed.canary.errors);
    }
    expect(more).toBeGreaterThan(10);
  });

  test('makes latencies and gauges worse by as much as it says', async () => {
    const slow = (await runOf('request', 'latency-2')).observed.canary;
    const usual = (await runOf('request')).observed.canary;
    expect(sum(slow.buckets[5] ?? new Float64Array())).toBeLessThan(
      sum(usual.buckets[5] ?? new Float64Array()),
    );
    const high = (await runOf('copy', 'gauge-1.25')).observed.canary;
    const level = (await runOf('copy')).observed.canary;
    expect(high.gauge[100]).toBeCloseTo(1.25 * (level.gauge[100] ?? 0), 9);
  });

  test('is calibrated by what the product reads of its past', async () => {
    const { history } = (await runOf('request')).observed;
    expect(history.pods).toHaveLength(20);
    expect(history.read?.errors?.counts?.dispersion).toBeGreaterThanOrEqual(1);
    expect(history.read?.errors?.counts?.dispersion).toBeLessThan(1.5);
    expect(history.read?.latency?.bounds?.length).toBeGreaterThan(1);
    const ofCopies = (await runOf('copy')).observed.history;
    expect(ofCopies.pods).toHaveLength(4);
    expect(ofCopies.read?.gauge?.gauge?.sd).toBeGreaterThan(0);
  });
});

test('refuses a trace that leaves no past to a run, and says what would do', () => {
  expect(() => spanOf(shop, 0, 2.5)).toThrow(
    'shop: 6.0 hours are too short for runs of 2.5; --hours 1 would do',
  );
});

test('runs lie apart, with a past before each', () => {
  const spans = Array.from({ length: 50 }, (_, run) => spanOf(shop, run, 1));
  expect(new Set(spans.map(({ from }) => Math.floor(from / 300))).size).toBeGreaterThan(10);
  for (const { past, from, to } of spans) {
    expect(past).toBeGreaterThanOrEqual(0);
    expect(from - past).toBeCloseTo((shopHours - 2) * 3600, -2);
    expect(to).toBeLessThanOrEqual(shopHours * 3600);
  }
  expect(hoursOf(shop, null)).toBe(1);
  expect(hoursOf(shop, 5)).toBe(5);
});

test('a user counts once a day, and once more with an event', () => {
  const count = eachUser({ of: Int32Array.from([0, 0, 0, 0, 1]), all: ['ann', 'bob'] });
  expect(count(0, 0, 1, 0)).toEqual({ requests: 1, errors: 0 });
  expect(count(1, 60, 1, 1)).toEqual({ requests: 1, errors: 1 });
  expect(count(2, 120, 1, 1)).toEqual({ requests: 0, errors: 0 });
  expect(count(4, 120, 1, 1)).toEqual({ requests: 2, errors: 1 });
  expect(count(3, 7200, 1, 1)).toEqual({ requests: 0, errors: 0 });
  expect(count(3, 86_400, 1, 1)).toEqual({ requests: 2, errors: 1 });
});

describe('the dispersion of users', () => {
  test('is 1 where each user has one request, and where nothing says more', () => {
    const once = Array.from({ length: 1000 }, (_, at) => ({ events: at % 50 === 0 ? 1 : 0, requests: 1 }));
    expect(userDispersion(once)).toBeCloseTo(1, 2);
    expect(userDispersion([])).toBe(1);
    expect(userDispersion([{ events: 3, requests: 10 }])).toBe(1);
    expect(
      userDispersion([
        { events: 0, requests: 10 },
        { events: 0, requests: 1 },
      ]),
    ).toBe(1);
  });

  test('is the size of the bursts where events come in bursts of one user each', () => {
    const bursts = Array.from({ length: 10_000 }, (_, at) => ({
      events: at % 100 === 0 ? 5 : 0,
      requests: 20,
    }));
    expect(userDispersion(bursts)).toBeCloseTo(5, 1);
  });

  test('is the variance of the ratio over resampled users, over the binomial one', () => {
    const users = [
      { events: 4, requests: 10 },
      { events: 0, requests: 30 },
      { events: 1, requests: 5 },
      { events: 0, requests: 15 },
    ];
    const share = 5 / 60;
    const squares = (4 - 10 * share) ** 2 + (30 * share) ** 2 + (1 - 5 * share) ** 2 + (15 * share) ** 2;
    expect(userDispersion(users)).toBeCloseTo((squares / (60 * share * (1 - share))) * (4 / 3), 9);
  });

  test('is what the recipe of the docs computes from a log', async () => {
    const page = await readFile('docs/judging.md', 'utf8');
    const [recipe = ''] = /^awk -F, '[^']*' log\.csv$/m.exec(page) ?? [];
    const directory = await mkdtemp(join(tmpdir(), 'log-'));
    const rows = Array.from(
      { length: 400 },
      (_, at) => [`u${at % 23}`, at % 23 < 3 && at % 5 === 0 ? 1 : 0] as const,
    );
    await writeFile(join(directory, 'log.csv'), `${rows.map((row) => row.join()).join('\n')}\n`);
    const users = new Map<string, { events: number; requests: number }>();
    for (const [name, bad] of rows) {
      const { events, requests } = users.get(name) ?? { events: 0, requests: 0 };
      users.set(name, { events: events + bad, requests: requests + 1 });
    }
    const { stdout } = await promisify(execFile)('sh', ['-c', recipe], { cwd: directory });
    expect(userDispersion(users.values())).toBeGreaterThan(1.2);
    expect(Number(stdout)).toBeCloseTo(userDispersion(users.values()), 3);
  });
});
