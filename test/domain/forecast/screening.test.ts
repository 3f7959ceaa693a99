import { describe, expect, test } from 'vitest';
import { shortfallsOf, shortTests } from '../../../src/domain/forecast/screening.ts';
import { parseSpec } from '../../../src/spec/parse.ts';
import type { Plan } from '../../../src/spec/schema.ts';

function plan(metric: string, rest = 'steps: [{ weight: 5, bake: 5m }, { weight: 50, bake: 30m }]'): Plan {
  return parseSpec(
    `
service: shop
version: 2.0.0
target: { type: http, url: http://127.0.0.1:4001/coalmine }
metrics:
  - name: errors
    kind: rate
    source: { type: http, url: 'http://127.0.0.1:9/stats?track=$track', events: $.errors, total: $.requests }
    ${metric}
${rest}
`,
    'rollout.yaml',
  ).plan;
}

describe('more than one clean release in twenty', () => {
  test('is not lost by a limit with time to be shown', () => {
    expect(shortfallsOf(plan('max: 2%'))).toEqual([]);
  });

  test('is held where a bake is too short for its traffic', () => {
    const [first, ...others] = shortfallsOf(plan('max: 2%', 'steps: [{ weight: 5, bake: 1m }]'));
    expect(first).toMatchObject({ rps: 10, rate: 0.001, held: 1, takenBack: 0 });
    expect(others.map(({ rps }) => rps)).not.toContain(1_000);
  });

  test('is held where a comparison has too little traffic', () => {
    expect(shortfallsOf(plan('passBelow: 1.5')).map(({ rps }) => rps)).toContain(10);
  });

  test('is taken back by a limit that is judged look by look', () => {
    const [first] = shortfallsOf(plan('max: 2%\n    failures: { total: 1 }'));
    expect(first?.takenBack).toBeGreaterThan(0.05);
  });
});

describe('a test that is too short to show that its limit is kept', () => {
  const load = (duration: string): string =>
    `load: { type: http, path: /, rate: 20/s, duration: ${duration} }\nsteps: [{ weight: 5, bake: 5m }]`;

  test('is named, with how many requests it takes', () => {
    expect(shortTests(plan('max: 2%', load('3s')))).toEqual([
      { metric: 'load-errors', requests: 60, needed: 372 },
    ]);
  });

  test('is not one that sends as many', () => {
    expect(shortTests(plan('max: 2%', load('30s')))).toEqual([]);
  });
});
