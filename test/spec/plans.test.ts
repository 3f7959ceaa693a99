import { describe, expect, test } from 'vitest';
import { comparesWithStable } from '../../src/judge/criteria.ts';
import { judge } from '../../src/judge/judge.ts';
import { completeSpec, parseSpec } from '../../src/spec/parse.ts';
import { written } from './bad-specs.ts';

const second = 1000;
const minute = 60 * second;

function planOf(sections: Record<string, string | null>) {
  return parseSpec(written(sections), 'rollout.yaml').plan;
}

test('a release in steps, with a gate and a bake at 100', () => {
  const { spec, plan } = parseSpec(
    `
service: staging/checkout
version: 2.4.0
target:  { type: http, url: http://127.0.0.1:9000/platform, headers: { Authorization: { secret: PLATFORM } } }
load:    { type: http, path: /cart, rate: 50/s, duration: 2m }
every:   10s
metrics:
  - name: errors
    kind: rate
    source: { type: http, url: http://127.0.0.1:9000/metrics/$track, events: $.errors, total: $.requests }
    maxRatio: 1.25
  - name: latency
    kind: latency
    source: { type: load }
    percentile: 90
    max: 250ms
  - name: errors-at-all
    kind: rate
    source: { type: http, url: http://127.0.0.1:9000/metrics, events: $.errors, total: $.requests }
    max: 2%
    failures: { consecutive: 3 }
steps:
  - { weight: 1,  bake: 5m }
  - { weight: 10, bake: { min: 5m, max: 30m } }
  - { approve: release to everyone, by: [ops], within: 24h }
  - { weight: 10, audience: { header: { name: x-team, value: shop } }, bake: 10m, onInconclusive: extend }
  - { weight: 50, bake: 10m }
  - { weight: 100, bake: 15m }
onNoSignal: { hold: 1h }
notify: [ { type: webhook, url: https://hooks.example/releases } ]
`,
    'rollout.yaml',
  );
  expect(spec).toMatchObject({
    version: '2.4.0',
    every: '10s',
    steps: [{ weight: 1, bake: '5m' }, {}, {}, {}, {}, {}],
  });
  expect(plan).toStrictEqual({
    service: 'staging/checkout',
    version: '2.4.0',
    baseline: 'stable',
    splitBy: 'request',
    first: false,
    target: {
      type: 'http',
      url: 'http://127.0.0.1:9000/platform',
      headers: { Authorization: { secret: 'PLATFORM' } },
      ready: 5 * minute,
      drain: 5_000,
    },
    traffic: {
      type: 'http',
      url: 'http://127.0.0.1:9000/platform',
      headers: { Authorization: { secret: 'PLATFORM' } },
    },
    load: {
      type: 'http',
      path: '/cart',
      counted: true,
      method: 'GET',
      headers: {},
      rate: 50,
      duration: 2 * minute,
    },
    judge: { failAbove: 1.25, passBelow: 1.5, alpha: 0.01, beta: 0.05 },
    every: 10 * second,
    metrics: [
      {
        name: 'errors',
        kind: 'rate',
        gating: true,
        source: {
          type: 'http',
          url: 'http://127.0.0.1:9000/metrics/$track',
          headers: {},
          events: '$.errors',
          total: '$.requests',
        },
        maxRatio: 1.25,
        minSample: 20,
      },
      {
        name: 'latency',
        kind: 'latency',
        gating: true,
        source: { type: 'load' },
        percentile: 90,
        max: 250,
        minSample: 20,
      },
      {
        name: 'errors-at-all',
        kind: 'rate',
        gating: true,
        source: {
          type: 'http',
          url: 'http://127.0.0.1:9000/metrics',
          headers: {},
          events: '$.errors',
          total: '$.requests',
        },
        max: 0.02,
        minSample: 20,
        failures: { consecutive: 3 },
      },
    ],
    steps: [
      { ...bake(1), bake: { min: 5 * minute, max: 5 * minute } },
      { ...bake(10), bake: { min: 5 * minute, max: 30 * minute } },
      {
        kind: 'gate',
        approve: 'release to everyone',
        need: 1,
        by: ['ops'],
        within: 24 * 60 * minute,
        otherwise: 'roll-back',
      },
      {
        ...bake(10),
        audience: { header: { name: 'x-team', value: 'shop' } },
        bake: { min: 10 * minute, max: 10 * minute },
        onInconclusive: 'extend',
      },
      { ...bake(50), bake: { min: 10 * minute, max: 10 * minute }, onInconclusive: 'hold' },
      { ...bake(100), bake: { min: 15 * minute, max: 15 * minute } },
    ],
    onNoSignal: { hold: 60 * minute, then: 'pause' },
    promote: 'replace',
    notify: [{ type: 'webhook', url: 'https://hooks.example/releases', headers: {} }],
  });
  expect(completeSpec(spec)).toStrictEqual(plan);
});

function bake(weight: number) {
  return { kind: 'bake', weight, audience: null, onInconclusive: 'advance' };
}

test('three URLs: nothing splits, and the bake waits for a pass', () => {
  const { plan } = parseSpec(
    `
service: goldfinch
version: canary
stable:  v1
target:  { type: http, deploy: http://127.0.0.1:8080/app }
load:    { type: http, url: http://127.0.0.1:8080/test }
metrics: [ { name: monitor, kind: status, source: { type: http, url: http://127.0.0.1:8080/monitor } } ]
every:   1s
steps:   [ { bake: 10m } ]
`,
    'rollout.yaml',
  );
  expect(plan).toStrictEqual({
    service: 'goldfinch',
    version: 'canary',
    baseline: 'stable',
    splitBy: 'request',
    stable: 'v1',
    first: false,
    target: {
      type: 'http',
      deploy: 'http://127.0.0.1:8080/app',
      headers: {},
      ready: 5 * minute,
      drain: 5_000,
    },
    load: {
      type: 'http',
      url: 'http://127.0.0.1:8080/test',
      method: 'GET',
      headers: {},
      rate: 10,
      duration: 10 * second,
      counted: true,
    },
    judge: { failAbove: 1.25, passBelow: 1.5, alpha: 0.01, beta: 0.05 },
    every: second,
    metrics: [
      {
        name: 'monitor',
        kind: 'status',
        gating: true,
        source: { type: 'http', url: 'http://127.0.0.1:8080/monitor', headers: {}, status: '$.status' },
        ok: ['ok'],
      },
      { name: 'load-errors', kind: 'rate', gating: true, source: { type: 'load' }, max: 0.01, minSample: 1 },
    ],
    steps: [
      {
        kind: 'bake',
        weight: null,
        audience: null,
        bake: { min: 0, max: 10 * minute },
        onInconclusive: 'roll-back',
      },
    ],
    onNoSignal: { hold: 30 * minute, then: 'pause' },
    promote: 'replace',
    notify: [],
  });
});

test('a spec in JSON is a spec', () => {
  const { spec, plan } = parseSpec(written({}), 'rollout.yaml');
  expect(parseSpec(JSON.stringify(spec, null, '\t'), 'rollout.json')).toStrictEqual({ spec, plan });
});

test.each([
  ['leaves its version out', null],
  ['has another one', '2.4.0'],
  ['has one that could not be used', '""'],
])('the version is given from outside to a text that %s', (_, inText) => {
  const { spec, plan } = parseSpec(written({ version: inText }), 'rollout.yaml', { version: '2.5.0' });
  expect(spec.version).toBe('2.5.0');
  expect(plan.version).toBe('2.5.0');
  expect(completeSpec(spec)).toStrictEqual(plan);
});

test('traffic of its own goes before the URL of the target', () => {
  const plan = planOf({ traffic: '{ type: http, split: http://127.0.0.1:9001/split }' });
  expect(plan.traffic).toStrictEqual({ type: 'http', split: 'http://127.0.0.1:9001/split', headers: {} });
});

test('a load that a metric of the spec reads gets no metric besides', () => {
  const plan = planOf({
    load: '{ type: http, url: http://127.0.0.1:9000/test }',
    metrics: `[{ name: load-errors, kind: rate, source: { type: load }, max: 5% },
      { name: up, kind: status, source: { type: http, url: http://127.0.0.1:9000/m } }]`,
  });
  expect(plan.metrics.map(({ name }) => name)).toEqual(['load-errors', 'up']);
});

test('bakes without a gating metric are possible where each says what happens at its end', () => {
  const plan = planOf({ metrics: null, steps: '[{ weight: 5, bake: 1m, onInconclusive: advance }]' });
  expect(plan.metrics).toEqual([]);
});

test('a gate alone is a plan', () => {
  const plan = planOf({ metrics: null, steps: '[{ approve: go }]' });
  expect(plan.steps).toEqual([
    { kind: 'gate', approve: 'go', need: 1, by: [], within: null, otherwise: 'roll-back' },
  ]);
});

test.each([
  ['1.5h', 90 * minute],
  ['1.1h', 66 * minute],
  ['90d', 90 * 24 * 60 * minute],
  ['0.1m', 6 * second],
])('the duration %s is %d ms', (text, ms) => {
  const { onNoSignal } = planOf({ onNoSignal: `{ hold: ${text} }` });
  expect(onNoSignal.hold).toBe(ms);
});

test('despite: stable-is-dead leaves every comparison out, and keeps the limits', () => {
  const source = (key: string) => `{ type: http, url: http://127.0.0.1:9000/$track, ${key} }`;
  const counts = 'events: $.e, total: $.n';
  const { despite, metrics } = planOf({
    despite: 'stable-is-dead',
    metrics: `
  - { name: ratio, kind: rate, source: ${source(counts)}, maxRatio: 2, max: 5% }
  - { name: ratio-alone, kind: value, source: ${source('value: $.v')}, minRatio: 0.5 }
  - { name: errors, kind: rate, source: ${source(counts)}, failAbove: 2 }
  - { name: latency, kind: latency, source: ${source('histogram: $.l')} }
  - { name: memory, kind: gauge, source: ${source('value: $.m')}, noise: { sd: 0.1 } }
  - { name: limit, kind: rate, source: ${source(counts)}, max: 5% }`,
  });
  expect(despite).toBe('stable-is-dead');
  expect(metrics.filter(comparesWithStable)).toEqual([]);
  expect(metrics.map(({ name, gating, uncompared }) => ({ name, gating, uncompared }))).toEqual([
    { name: 'ratio', gating: true, uncompared: true },
    { name: 'ratio-alone', gating: false, uncompared: true },
    { name: 'errors', gating: false, uncompared: true },
    { name: 'latency', gating: false, uncompared: true },
    { name: 'memory', gating: false, uncompared: true },
    { name: 'limit', gating: true, uncompared: undefined },
  ]);
  const buckets = { buckets: { '0.1': 90, '+Inf': 100 } };
  const tick = {
    window: { from: 0, to: 10_000 },
    metrics: { ratio: { canary: { events: 1, total: 100 } }, latency: { canary: buckets } },
  };
  expect(judge(metrics, {}, [tick as never]).verdict.metrics).toHaveLength(6);
});

test('a metric that is named by a matcher is the one that is named before the braces', () => {
  const source = (events: string, total: string) =>
    `[{ name: errors, kind: rate, source: { type: prometheus, url: http://p/, events: '${events}', total: '${total}' } }]`;
  const named = planOf({
    metrics: source('errors_total{track="$track",a!="b"}', 'all_total{track="$track"}'),
  });
  const matched = planOf({
    metrics: source(
      '{__name__="errors_total",track="$track",a!="b"}',
      '{track="$track", __name__="all_total"}',
    ),
  });
  expect(matched.metrics).toEqual(named.metrics);
  const value = 'avg({__name__="depth",track="$track"})';
  const plan = planOf({
    metrics: `[{ name: depth, kind: value, max: 1, source: { type: prometheus, url: http://p/, value: '${value}' } }]`,
  });
  expect(plan.metrics[0]).toMatchObject({ source: { value } });
});

describe('promote: swap', () => {
  const swapped = {
    promote: 'swap',
    steps: '[{ audience: { header: { name: x, value: a } }, bake: 1m }, { approve: go }]',
  };

  test('is a last step at 100 that keeps stable, and a canary of its size from the start', () => {
    expect(planOf({ ...swapped, keepStable: '1h' }).steps).toMatchObject([
      { weight: null, capacity: 100, onInconclusive: 'hold' },
      { kind: 'gate' },
      {
        kind: 'bake',
        weight: 100,
        audience: null,
        bake: { min: 60 * minute, max: 60 * minute },
        onInconclusive: 'advance',
        keepsStable: true,
      },
    ]);
  });

  test('keeps stable for half an hour if nothing else is said', () => {
    expect(planOf(swapped).steps.at(-1)).toMatchObject({ bake: { min: 30 * minute, max: 30 * minute } });
  });

  test('takes steps with weights, and only the last one of them waits for a pass', () => {
    const { steps } = planOf({
      promote: 'swap',
      steps: '[{ weight: 5, bake: 1m }, { weight: 50, bake: 1m }]',
    });
    expect(steps.map((step) => (step.kind === 'bake' ? [step.weight, step.onInconclusive] : []))).toEqual([
      [5, 'advance'],
      [50, 'hold'],
      [100, 'advance'],
    ]);
  });
});
