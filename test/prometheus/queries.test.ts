/** The forms of queries in public AnalysisTemplates, MetricTemplates and canary configurations, on a canary without a fault. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Reading } from '../../src/judge/samples.ts';
import { Copy } from './copies.ts';
import { PrometheusServer, skipped } from './server.ts';
import { sourceOf, Watch } from './source.ts';

type Metric = Parameters<typeof sourceOf>[0];

const all = 'http_requests_total{track="$track"}';
const bad = 'http_requests_total{track="$track",code=~"5.."}';
const rateOf = (selector: string): string => `sum(rate(${selector}[1m]))`;
const buckets = 'http_request_duration_seconds_bucket';
const seconds = 'http_request_duration_seconds';

/** What Flagger calls the pods of either track, and Argo Rollouts. */
const tracks = {
  flagger: { canary: { workload: '$service' }, stable: { workload: '$service-primary' } },
  argo: { canary: { pod_template_hash: '7d9f' }, stable: { pod_template_hash: '5c4b' } },
  nginx: { canary: { canary: { not: '' } }, stable: { canary: '' } },
};

function rate(events: string, total: string, more: object = {}, source: object = {}): Metric {
  return { kind: 'rate', source: { type: 'prometheus', events, total, ...source }, ...more };
}

function value(value: string, more: object, source: object = {}): Metric {
  return { kind: 'value', source: { type: 'prometheus', value, ...source }, ...more };
}

/** Each form, how it is said, and what is read: a value, of how many requests an event is read, or why nothing is. */
const forms: [form: string, metric: Metric, reading: number | 'none' | 'all' | RegExp][] = [
  [
    'the share of good answers',
    rate('http_requests_total{track="$track",code!~"5.."}', all, { min: '95%' }),
    'all',
  ],
  [
    'errors a second, by irate',
    value('sum(irate(http_requests_total{track="$track",code=~"5.."}[5m]))', { max: 10 }),
    0,
  ],
  [
    "a canary that is told by a label's presence",
    rate('http_requests_total{code=~"5.."}', 'http_requests_total', {}, { tracks: tracks.nginx }),
    'none',
  ],
  [
    'the mean duration',
    value(
      `sum(rate(${seconds}_sum{track="$track"}[1m])) / sum(rate(${seconds}_count{track="$track"}[1m])) * 1000`,
      { max: 500 },
    ),
    50,
  ],
  [
    'the +Inf bucket as the count',
    rate(`${buckets}{track="$track",le="+Inf"}`, `${buckets}{track="$track",le="+Inf"}`, { min: '99%' }),
    'all',
  ],
  [
    'a comma after the last matcher',
    rate('http_requests_total{\n  track="$track",\n  code=~"5..",\n}', all, { max: '1%' }),
    'none',
  ],
  [
    'a quantile of the +Inf bucket alone',
    value(`histogram_quantile(0.99, sum(rate(${buckets}{track="$track",le="+Inf"}[1m])) by (le))`, {
      max: 0.5,
    }),
    /is NaN: it divides by 0, or asks for a quantile of less than two buckets/,
  ],
  [
    'the 99th percentile',
    value(`histogram_quantile(0.99, sum(rate(${buckets}{track="$track"}[1m])) by (le))`, { max: 2.5 }),
    0.099,
  ],
  [
    '100 minus the share of what is well',
    value(`100 - sum(rate(http_requests_total{track="$track",code!="404"}[1m])) / ${rateOf(all)} * 100`, {
      max: 5,
    }),
    0,
  ],
  [
    'a share for each copy, without sum()',
    value(
      '100 - rate(http_requests_total{track="$track",code="200"}[1m]) / rate(http_requests_total{track="$track",code="200"}[1m]) * 100',
      { max: 1 },
    ),
    0,
  ],
  [
    'a numerator with or vector(0)',
    value(`(${rateOf(bad)} or vector(0)) / ${rateOf(all)}`, { max: 0.05 }),
    0,
  ],
  [
    'a numerator with or on() vector(0)',
    value(`sum(rate(${bad}[1m]) or on() vector(0)) / ${rateOf(all)}`, { max: 0.05 }),
    0,
  ],
  [
    'percentage points between the tracks, if there is enough traffic',
    value(
      ['canary', 'stable']
        .map((track) => {
          const of = `http_requests_total{track="${track}"`;
          return `((100 * sum(rate(${of},code=~"5.."}[1m])) / clamp_min(sum(rate(${of}}[1m])), 0.001)) or vector(0))`;
        })
        .join(' - ') + ' and on() (sum(rate(http_requests_total{track="canary"}[1m])) > 0.5)',
      { max: 1 },
    ),
    0,
  ],
  [
    'a ratio of quantiles',
    value(`histogram_quantile(0.9, sum by (le) (rate(${buckets}{track="$track"}[1m])))`, { maxRatio: 1.5 }),
    0.09,
  ],
  ['a comparison with bool', value(`${rateOf(bad)} / ${rateOf(all)} < bool 0.01`, { min: 1 }), 1],
  [
    'the hash of a pod template',
    rate('http_requests_total{code=~"5.."}', 'http_requests_total', { max: '1%' }, { tracks: tracks.argo }),
    'none',
  ],
  [
    'a sum by job',
    value('sum by (job) (rate(http_requests_total{code=~"5..",track="$track"}[5m]))', { max: 0.01 }),
    0,
  ],
  [
    'a primary beside the canary',
    rate('http_requests_total{code=~"5.."}', 'http_requests_total', {}, { tracks: tracks.flagger }),
    'none',
  ],
  ['how many copies are up', value('count(up{job="shop",track="$track"} == 1)', { min: 1 }), 1],
  [
    'restarts, or vector(0)',
    value('sum(increase(kube_pod_container_status_restarts_total{pod=~"shop-.*"}[5m])) or vector(0)', {
      max: 0,
    }),
    0,
  ],
  ['absent() as a guard', value('absent(http_requests_total{track="$track",code="599"})', { min: 1 }), 1],
  ["a range in place of Grafana's $__rate_interval", value(`${rateOf(all)} > bool 0`, { min: 1 }), 1],
  [
    'a line of comment',
    value(`# per cent of 5xx\n100 * ${rateOf(bad)}\n/ ${rateOf(all)} # of all`, { max: 5 }),
    0,
  ],
  ['a name in place of a matcher of __name__', rate(bad, all, { max: '5%' }), 'none'],
  ['a burn rate', value(`(${rateOf(bad)} / ${rateOf(all)}) / (1 - 0.999)`, { max: 14.4 }), 0],
  [
    'success of stable minus that of the canary',
    value(
      ['stable', 'canary']
        .map((track) => {
          const of = `http_requests_total{track="${track}"`;
          return `sum(irate(${of},code="200"}[30s])) / sum(irate(${of}}[30s]))`;
        })
        .join(' - '),
      { max: 0.02 },
    ),
    0,
  ],
  [
    'a recorded rate',
    value('sum(job:http_errors:rate1m{track="$track"}) / sum(job:http_requests:rate1m{track="$track"})', {
      max: 0.05,
    }),
    0,
  ],
];

describe.skipIf(skipped)('a query of another tool, on a canary without a fault:', () => {
  let server: PrometheusServer;
  let directory: string;
  let copies: Copy[];
  let users: NodeJS.Timeout;
  const found = new Map<string, Reading>();

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'coalmine-rules-'));
    const rules = join(directory, 'rules.json');
    const of = (matchers: string): string =>
      `sum by (job, track, instance) (rate(http_requests_total${matchers}[1m]))`;
    await writeFile(
      rules,
      JSON.stringify({
        groups: [
          {
            name: 'shop',
            interval: '500ms',
            rules: [
              { record: 'job:http_requests:rate1m', expr: of('') },
              { record: 'job:http_errors:rate1m', expr: of('{code=~"5.."}') },
            ],
          },
        ],
      }),
    );
    copies = [
      await Copy.start('canary', { workload: 'shop', pod_template_hash: '7d9f', canary: 'by-weight' }),
      await Copy.start('stable', { workload: 'shop-primary', pod_template_hash: '5c4b' }),
    ];
    for (const copy of copies) {
      copy.page = withSums;
      copy.serve(1, '200');
    }
    const targets = copies.map(({ target }) => target);
    server = await PrometheusServer.start('1s', targets, { changes: { whole: { rule_files: [rules] } } });
    await scraped();
    await scraped();
    const watched = forms.map(([form, metric]) => {
      const { source } = metric as { source: object };
      const tracks: ('canary' | 'stable')[] = metric.kind === 'rate' ? ['canary', 'stable'] : ['canary'];
      const asked = { ...metric, source: { ...source, url: server.url } } as Metric;
      return { form, watch: new Watch(sourceOf(asked), tracks) };
    });
    await scraped();
    users = setInterval(() => {
      for (const copy of copies) copy.serve(5, '200');
    }, 100);
    for (let times = 0; times < 6; times += 1) await scraped();
    await Promise.all(
      watched.map(async ({ form, watch }) => found.set(form, (await watch.look(1_200)).canary)),
    );
  });

  afterAll(async () => {
    clearInterval(users);
    for (const copy of copies) copy.end();
    await server.end();
    await rm(directory, { recursive: true });
  });

  const scraped = () => Promise.all(copies.map((copy) => copy.scraped()));

  test.each(forms)('%s', (form, _, expected) => {
    const reading = found.get(form);
    if (expected instanceof RegExp) {
      expect(reading).toEqual({ missing: expect.stringMatching(expected) as string });
    } else if (typeof expected === 'number') {
      expect(reading).toEqual({ value: expect.closeTo(expected, 6) as number, n: 1 });
    } else {
      const { events, total } = reading as { events: number; total: number };
      expect(total).toBeGreaterThan(0);
      expect(events).toBe(expected === 'all' ? total : 0);
    }
  });

  test('25 of the 27 forms, or more, give a number', () => {
    const numbers = [...found.values()].filter((reading) => !('missing' in reading));
    expect(found.size).toBe(27);
    expect(numbers.length).toBeGreaterThanOrEqual(25);
  });

  test.each([
    [
      'of an error, though the metric is none that a target has',
      'sum(rate(http_request_errors_total{track="$track"}[1m])) or vector(0)',
      /no target has a metric called http_request_errors_total: correct the name, or set absent: zero/,
    ],
    [
      'by a label that nothing has',
      '(sum(rate(http_requests_total{track="$track",status=~"5.."}[1m])) or vector(0))',
      /no series of http_requests_total has the label status, which/,
    ],
    [
      'of a track that is not there',
      'sum(rate(http_requests_total{track="$track-2"}[1m])) or vector(0)',
      /nothing matches http_requests_total\{track="canary-2"\}/,
    ],
    [
      'by an expression that asks for more than there is',
      'max(http_requests_total{track="$track"}) > 1e9',
      /gives nothing: add "or vector\(0\)" to what may be absent, or set absent: zero/,
    ],
  ])('is not taken for 0 %s', async (_, query, why) => {
    const metric = value(query, { max: 1 }, { url: server.url });
    const { canary } = await new Watch(sourceOf(metric), ['canary']).look(1_200);
    expect(canary).toEqual({ missing: expect.stringMatching(why) as string });
  });

  test('is 0 where the spec says that nothing is 0', async () => {
    const source = { url: server.url, absent: 'zero' };
    for (const query of [
      'http_dead_letters{track="$track"}',
      'max(http_requests_total{track="$track"}) > 1e9',
    ]) {
      const watch = new Watch(sourceOf(value(query, { max: 1 }, source)), ['canary']);
      expect((await watch.look(1_200)).canary).toEqual({ value: 0, n: 1 });
    }
    const watch = new Watch(sourceOf(rate('http_panics_total{track="$track"}', all, { max: '1%' }, source)), [
      'canary',
    ]);
    expect((await watch.look(1_200)).canary).toMatchObject({ events: 0 });
  });

  test('is no signal once the server scrapes nothing', async () => {
    await server.scrape([]);
    const guarded = value(`sum(rate(${bad}[1m])) or vector(0)`, { max: 1 }, { url: server.url });
    const watch = new Watch(sourceOf(guarded), ['canary']);
    await expect
      .poll(async () => JSON.stringify((await watch.look(1_200)).canary), { timeout: 30_000 })
      .toMatch(/the last scrape of the canary was at/);
  });
});

/** The sum and the count that clients write beside buckets: each request took 50 ms. One of them restarts pods. */
function withSums(text: string): string {
  const [, count = '0'] = /_bucket\{le="\+Inf"\} (\d+)/.exec(text) ?? [];
  return [
    text.trimEnd(),
    `${seconds}_sum ${String(Number(count) * 0.05)}`,
    `${seconds}_count ${count}`,
    '# TYPE kube_pod_container_status_restarts_total counter',
    'kube_pod_container_status_restarts_total{pod="other-1"} 3',
    '',
  ].join('\n');
}
