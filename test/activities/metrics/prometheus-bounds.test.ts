import { performance } from 'node:perf_hooks';
import { describe, expect, test } from 'vitest';
import { prometheus } from '../../../activities/metrics/prometheus.ts';
import type { Look } from '../../../activities/ports.ts';
import { connected, everything } from '../../support/grants.ts';
import { look, never, startSource } from './source.ts';

type Labels = Record<string, string>;
type Points = [number, string][];

const now = Math.floor(Date.now() / 1000);
const to = now - 60;
const window = { from: (to - 10) * 1000, to: to * 1000 };

/** A scrape every `step` seconds of the last ten minutes. */
function scrapes(value: (at: number) => number, step = 10): Points {
  return Array.from({ length: 600 / step + 1 }, (_, at) => [to - 600 + at * step, String(value(at))]);
}

/** A server that has these series of what is asked for, and an `up` for each instance of theirs. */
async function serverWith(
  series: readonly { labels: Labels; points: Points }[],
  starts: readonly { metric: Labels; values: Points }[] = [],
): Promise<string> {
  const source = await startSource();
  const seen = new Map(
    series.map(({ labels }) => [`${labels['job'] ?? ''} ${labels['instance'] ?? ''}`, labels]),
  );
  const ups = [...seen.values()].map(({ job, instance }) => ({
    metric: { __name__: 'up', job, instance },
    values: scrapes(() => 1),
  }));
  source.answer((request, response) => {
    const query = new URL(request.url ?? '', 'http://a').searchParams.get('query') ?? '';
    const data =
      query === 'time()'
        ? { resultType: 'scalar', result: [Date.now() / 1000, String(Date.now() / 1000)] }
        : {
            resultType: 'matrix',
            result: query.startsWith('up{')
              ? upOf(query)
              : query.startsWith('process')
                ? starts
                : matching(query),
          };
    response.end(JSON.stringify({ status: 'success', data }));
  });
  const upOf = (query: string) => {
    const asked = new RegExp(`^(${/instance=~("[^"]*")/.exec(query)?.[1]?.slice(1, -1) ?? ''})$`);
    return ups.filter(({ metric: { instance = '' } }) => asked.test(instance));
  };
  const matching = (query: string) =>
    series
      .filter(({ labels }) => query.includes(`track="${labels['track'] ?? ''}"`))
      .map(({ labels, points }) => ({ metric: labels, values: points }));
  return source.url;
}

const reach = { type: 'prometheus', headers: {}, timeout: 10_000 } as const;

function rate(url: string, of: Partial<Look> = {}) {
  const source = { ...reach, url, events: 'bad{track="$track"}', total: 'all{track="$track"}' };
  const metric = { name: 'errors', kind: 'rate', gating: true, minSample: 1, source } as const;
  return connected(prometheus, metric, everything).collect(look({ window, ...of }), { signal: never });
}

function latency(url: string, of: Partial<Look> = {}) {
  const source = { ...reach, url, unit: 's', histogram: 'took_bucket{track="$track"}' } as const;
  const metric = { name: 'latency', kind: 'latency', gating: true, minSample: 1, source } as const;
  return connected(prometheus, metric, everything).collect(look({ window, ...of }), { signal: never });
}

const one: Labels = { __name__: 'all', job: 'shop', instance: 'a', track: 'canary' };

/** How long the event loop was held up at the longest while something went on (ms). */
async function held(work: Promise<unknown>): Promise<number> {
  const state = { running: true };
  let longest = 0;
  void work.finally(() => {
    state.running = false;
  });
  for (let last = performance.now(); state.running;) {
    await new Promise((resolve) => setImmediate(resolve));
    const at = performance.now();
    longest = Math.max(longest, at - last);
    last = at;
  }
  return longest;
}

describe('what a service really has is read:', () => {
  test('2,000 series on 1,000 targets, without holding up the worker', async () => {
    const series = ['canary', 'stable'].flatMap((track) =>
      Array.from({ length: 1_000 }, (_, at) => ({
        labels: { ...one, track, instance: `10.0.${String(at % 250)}.${String(at)}:${track}` },
        points: scrapes((scrape) => scrape),
      })),
    );
    const reading = rate(await serverWith(series), { tracks: ['canary', 'stable'] });
    const longest = await held(reading);
    expect(await reading).toMatchObject({
      canary: { total: 1_000, events: 1_000 },
      stable: { total: 1_000, events: 1_000 },
    });
    expect(longest).toBeLessThan(1_000);
  });

  test('50 copies with a histogram of 30 buckets each', async () => {
    const bounds = [...Array.from({ length: 29 }, (_, at) => String((at + 1) / 10)), '+Inf'];
    const series = Array.from({ length: 50 }, (_, copy) => `copy-${String(copy)}`).flatMap((instance) =>
      bounds.map((le) => ({ labels: { ...one, instance, le }, points: scrapes((at) => at * 2) })),
    );
    const { canary } = await latency(await serverWith(series));
    expect(canary).toMatchObject({ total: 100, below: Array.from({ length: 29 }, () => 100) });
  });

  test('a scrape each second, for one that was restarted each second', async () => {
    const points = scrapes((at) => at % 2, 1);
    const starts = [{ metric: { job: 'shop', instance: 'a' }, values: scrapes((at) => at - (at % 2), 1) }];
    const { canary } = await rate(await serverWith([{ labels: one, points }], starts));
    expect(canary).toMatchObject({ total: 5, events: 5 });
  });
});

describe('what no service has is no signal, with the reason:', () => {
  const of = (labels: Labels, points = scrapes((at) => at)) => [{ labels: { ...one, ...labels }, points }];
  const instances = (count: number, labels: (at: number) => Labels) =>
    Array.from({ length: count }, (_, at) => ({
      labels: { ...one, ...labels(at) },
      points: scrapes(() => at).slice(-3),
    }));

  test.each([
    [
      'series',
      () => instances(2_001, (at) => ({ instance: String(at) })),
      '2001 series match all{track="canary"}, at most 2000 are read',
    ],
    [
      'samples',
      () =>
        of(
          {},
          Array.from({ length: 11_001 }, (_, at) => [to - 600 + at / 20, '1']),
        ),
      '11001 samples of one series, at most 11000 are read',
    ],
    [
      'labels',
      () => of(Object.fromEntries(Array.from({ length: 70 }, (_, at) => [`l${String(at)}`, 'x']))),
      'a series with 74 labels, at most 64 are read',
    ],
    [
      'a long label',
      () => of({ pod: 'x'.repeat(5_000) }),
      'a label of 5000 characters, at most 2048 are read',
    ],
    [
      'jobs',
      () => instances(101, (at) => ({ job: `job-${String(at)}` })),
      'the series come from 101 jobs, at most 100 are read',
    ],
    [
      '5 MiB of labels',
      () =>
        instances(2_000, (at) => ({
          instance: String(at),
          a: 'x'.repeat(2_000),
          b: 'x'.repeat(700),
        })),
      'more than 4 MiB',
    ],
  ])('too many %s', async (_, series, said) => {
    const { canary } = await rate(await serverWith(series()));
    expect((canary as { missing: string }).missing).toContain(said);
  });

  test('a histogram of 25,000 buckets', async () => {
    const series = Array.from({ length: 600 }, (_, at) => ({
      labels: { ...one, le: at === 0 ? '+Inf' : String(at) },
      points: scrapes((scrape) => scrape),
    }));
    const { canary } = await latency(await serverWith(series));
    expect((canary as { missing: string }).missing).toContain('has 600 buckets, at most 500 are read');
  });
});
