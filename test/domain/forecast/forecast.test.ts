import { describe, expect, test } from 'vitest';
import { applied } from '../../../src/domain/forecast/change.ts';
import { forecastOf, type Forecast } from '../../../src/domain/forecast/forecast.ts';
import type { ForecastPlan } from '../../../src/domain/forecast/plan.ts';
import { parseSpec } from '../../../src/spec/parse.ts';

/** One metric compared with stable, one step. */
function planWith({ weight = 5, max = '2h', metric = '', more = '' } = {}): ForecastPlan {
  return parseSpec(
    `
service: shop
version: 2.0.0
target: { type: http, url: http://127.0.0.1:4001/coalmine }
every: 15s
metrics:
  - name: errors
    kind: rate
    source: { type: http, url: 'http://127.0.0.1:9/stats?track=$track', events: $.errors, total: $.requests }
${metric}
steps:
  - { weight: ${weight}, bake: { min: 5m, max: ${max} }${more} }
`,
    'rollout.yaml',
  ).plan;
}

function forecast(plan: ForecastPlan, rps = 100, seed = 1): Forecast {
  return forecastOf(plan, { rps, rates: { errors: 0.005 }, means: {} }, { times: [3], seed });
}

describe('a plan with enough traffic', () => {
  const found = forecast(planWith());

  test('promotes clean releases, most of them within half an hour, and takes hardly any back', () => {
    expect(found.hopeless).toBe(false);
    expect(found.clean?.promoted).toBeGreaterThan(0.9);
    expect(found.clean?.takenBack).toBeLessThan(0.03);
    expect(found.clean?.time.median).toBeLessThan(30 * 60_000);
  });

  test('takes three times the errors back within some minutes and with about a thousand requests exposed', () => {
    const [harm] = found.harms;
    expect(harm?.takenBack).toBeGreaterThan(0.99);
    expect(harm?.time.median).toBeLessThan(8 * 60_000);
    expect(harm?.requests.median).toBeGreaterThan(800);
    expect(harm?.requests.median).toBeLessThan(2_000);
    expect(harm?.requests.p90).toBeGreaterThan(harm?.requests.median ?? Infinity);
  });

  test('takes a warm-up longer, and exposes its requests as well', () => {
    const later = forecast(planWith({ more: ', warmUp: 10m' }));
    expect((later.clean?.time.median ?? 0) - (found.clean?.time.median ?? 0)).toBe(10 * 60_000);
    const exposed = [found, later].map(({ harms: [harm] }) => harm?.requests.median ?? 0);
    expect((exposed[1] ?? 0) - (exposed[0] ?? 0)).toBe(10 * 60 * 100 * 0.05);
  });

  test('is told the same again by the same seed, and by another one about the same', () => {
    expect(forecast(planWith())).toEqual(found);
    const other = forecast(planWith(), 100, 2);
    expect(other).not.toEqual(found);
    const [one, two] = [found, other].map(({ harms: [harm] }) => harm?.requests.median ?? 0);
    expect((two ?? 0) / (one ?? 1)).toBeGreaterThan(0.7);
    expect((two ?? 0) / (one ?? 1)).toBeLessThan(1.4);
  });
});

test('more traffic finds harm sooner, with about as many requests exposed', () => {
  const [few, many] = [100, 1_000].map((rps) => forecast(planWith(), rps).harms[0]);
  expect(many?.time.median).toBeLessThan((few?.time.median ?? 0) / 4);
});

test('a plan with too little traffic is hopeless, and each change that is advised mends it', () => {
  const plan = planWith({ max: '30m' });
  const { hopeless, clean, advice } = forecast(plan, 5);
  expect(hopeless).toBe(true);
  expect(clean?.held).toBeGreaterThan(0.5);
  expect(advice).toMatchObject({ step: 0, why: { kind: 'time' } });
  expect(advice?.changes.length).toBeGreaterThan(0);
  for (const change of advice?.changes ?? []) {
    expect(forecast(applied(plan, change), 5, 3)).toMatchObject({ hopeless: false });
  }
});

test('a gauge whose noise is not known can never pass, and the advice names it', () => {
  const metric = `
  - name: queue
    kind: gauge
    source: { type: http, url: 'http://127.0.0.1:9/stats?track=$track', value: $.queue }`;
  expect(forecast(planWith({ metric })).advice).toEqual({
    step: 0,
    why: { kind: 'never', metric: 'queue' },
    changes: [],
  });
});

test('says which metrics it leaves out, and that nothing else decides', () => {
  const metric = `
  - { name: health, kind: status, source: { type: http, url: "http://127.0.0.1:9/", status: $.state } }`;
  const plan = planWith({ metric });
  const found = forecastOf(
    { ...plan, metrics: plan.metrics.filter(({ name }) => name === 'health') },
    { rps: 100, rates: {}, means: {} },
    { times: [3], seed: 1 },
  );
  expect(found.clean).toBeNull();
  expect(found.leftOut.map(({ name }) => name)).toEqual(['health']);
});
