import { describe, expect, test } from 'vitest';
import { applied } from '../../../src/domain/forecast/change.ts';
import { outlookOf, type Outlook } from '../../../src/domain/forecast/outlook.ts';
import type { Planned } from '../../../src/domain/forecast/planned.ts';
import { parseSpec } from '../../../src/spec/parse.ts';

/** One metric compared with stable, one step. */
function planned({ weight = 5, max = '2h', metric = '', more = '' } = {}): Planned {
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

function outlook(plan: Planned, rps = 100, seed = 1): Outlook {
  return outlookOf(plan, { rps, rates: { errors: 0.005 }, means: {} }, { times: [3], seed });
}

describe('a plan with enough traffic', () => {
  const found = outlook(planned());

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
    const later = outlook(planned({ more: ', warmUp: 10m' }));
    expect((later.clean?.time.median ?? 0) - (found.clean?.time.median ?? 0)).toBe(10 * 60_000);
    const exposed = [found, later].map(({ harms: [harm] }) => harm?.requests.median ?? 0);
    expect((exposed[1] ?? 0) - (exposed[0] ?? 0)).toBe(10 * 60 * 100 * 0.05);
  });

  test('is told the same again by the same seed, and by another one about the same', () => {
    expect(outlook(planned())).toEqual(found);
    const other = outlook(planned(), 100, 2);
    expect(other).not.toEqual(found);
    const [one, two] = [found, other].map(({ harms: [harm] }) => harm?.requests.median ?? 0);
    expect((two ?? 0) / (one ?? 1)).toBeGreaterThan(0.7);
    expect((two ?? 0) / (one ?? 1)).toBeLessThan(1.4);
  });
});

test('more traffic finds harm sooner, with about as many requests exposed', () => {
  const [few, many] = [100, 1_000].map((rps) => outlook(planned(), rps).harms[0]);
  expect(many?.time.median).toBeLessThan((few?.time.median ?? 0) / 4);
});

test('a plan with too little traffic is hopeless, and each change that is advised mends it', () => {
  const plan = planned({ max: '30m' });
  const { hopeless, clean, advice } = outlook(plan, 5);
  expect(hopeless).toBe(true);
  expect(clean?.held).toBeGreaterThan(0.5);
  expect(advice).toMatchObject({ step: 0, why: { kind: 'time' } });
  expect(advice?.changes.length).toBeGreaterThan(0);
  for (const change of advice?.changes ?? []) {
    expect(outlook(applied(plan, change), 5, 3)).toMatchObject({ hopeless: false });
  }
});

test('a gauge without a history can never pass, and the advice names it', () => {
  const metric = `
  - name: queue
    kind: gauge
    source: { type: http, url: 'http://127.0.0.1:9/stats?track=$track', value: $.queue }`;
  expect(outlook(planned({ metric })).advice).toEqual({
    step: 0,
    why: { kind: 'never', metric: 'queue' },
    changes: [],
  });
});

test('says which metrics it leaves out, and that nothing else decides', () => {
  const metric = `
  - { name: health, kind: status, source: { type: http, url: "http://127.0.0.1:9/", status: $.state } }`;
  const plan = planned({ metric });
  const found = outlookOf(
    { ...plan, metrics: plan.metrics.filter(({ name }) => name === 'health') },
    { rps: 100, rates: {}, means: {} },
    { times: [3], seed: 1 },
  );
  expect(found.clean).toBeNull();
  expect(found.leftOut.map(({ name }) => name)).toEqual(['health']);
});
