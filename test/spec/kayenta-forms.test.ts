import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Mode } from '../../src/judge/kayenta/config.ts';
import { judgeKayenta } from '../../src/judge/kayenta/judge-pairs.ts';
import { parseCanaryConfig, type CanaryConfig } from '../../src/spec/kayenta/config.ts';
import { parseSpec } from '../../src/spec/parse.ts';

/** Configurations in the forms in which people have them. */
const directory = new URL('kayenta-forms/', import.meta.url);

function textOf(form: string): string {
  return readFileSync(new URL(`${form}.json`, directory), 'utf8');
}

function read(form: string, mode: Mode): CanaryConfig {
  return parseCanaryConfig(textOf(form), `${form}.json`, mode);
}

interface Right {
  /** The metrics and their groups. */
  metrics: Record<string, string[]>;
  thresholds?: { pass: number; marginal: number };
  warnings?: RegExp[];
}

const judge = /judge\.name: found "\S+", expected NetflixACAJudge-v1\.0, the only judge of Kayenta's/;

const readForms: [form: string, right: Right][] = [
  [
    '1-documentation',
    {
      metrics: {
        'HTTP 5xx (per minute)': ['Errors'],
        'Mean response time, POST /v1/orders': ['Response Time'],
      },
    },
  ],
  [
    '2-standalone-request',
    {
      metrics: { 'Accepted Orders': ['Business'] },
      thresholds: { pass: 95, marginal: 75 },
      warnings: [
        /^executionRequest\.scopes: only its thresholds are read\.$/,
        /\.lifetimeDurationMins: /,
        /\.analysisIntervalMins: /,
      ],
    },
  ],
  [
    '3-deck-export',
    {
      metrics: { 'p99 latency (ms)': ['Latency'] },
      warnings: [/^owner: Kayenta's judge does not read it\.$/],
    },
  ],
  [
    '4-timestamps-and-templates',
    { metrics: { error_rate: ['Group 1'] }, thresholds: { pass: 95, marginal: 75 } },
  ],
  [
    '5-no-applications',
    {
      metrics: { 'CPU usage of the service': ['pods'], 'Memory (muted)': ['pods'] },
      thresholds: { pass: 75, marginal: 50 },
    },
  ],
  [
    '6-settings-of-another-judge',
    {
      metrics: { 'queue length': ['Queues'] },
      thresholds: { pass: 90, marginal: 60 },
      warnings: [
        /^metrics\[0\]\.analysisConfigurations\.extendedProperties: Kayenta's judge does not read it/,
      ],
    },
  ],
];

const refusedForms: [form: string, mode: Mode, says: RegExp][] = [
  ['7-static-baseline-judge', 'strict', judge],
  ['7-static-baseline-judge', 'compat', judge],
  ['8-dummy-judge', 'strict', judge],
  ['8-dummy-judge', 'compat', judge],
  [
    '9-pipeline-stage',
    'strict',
    /canaryConfigId: found "0b6c\S+, expected the configuration itself: copy it/,
  ],
  [
    '9-pipeline-stage',
    'compat',
    /canaryConfigId: found "0b6c\S+, expected the configuration itself: copy it/,
  ],
  ['10-before-analysis-configurations', 'strict', /judge: found nothing, expected a mapping with name/],
];

describe.each(['strict', 'compat'] as const)('in %s', (mode) => {
  test.each(readForms)('%s is read, with a warning for what nothing looks at', (form, right) => {
    const { judged, scoreThresholds, ignored } = read(form, mode);
    expect(Object.fromEntries(judged.metrics.map(({ name, groups }) => [name, groups]))).toEqual(
      right.metrics,
    );
    expect(scoreThresholds).toEqual(right.thresholds);
    expect(ignored).toHaveLength(right.warnings?.length ?? 0);
    for (const [at, warning] of (right.warnings ?? []).entries()) expect(ignored[at]).toMatch(warning);
  });

  test.each(readForms)('%s is judged, and fails a canary that is three times as bad', (form) => {
    const { judged } = read(form, mode);
    const thresholds = { pass: 95, marginal: 75 };
    const points = Array.from({ length: 30 }, (_, at) => 10 + (at % 7));
    const score = (factor: (direction: string) => number): string =>
      judgeKayenta(
        judged,
        judged.metrics.map(({ name, settings }) => ({
          name,
          tags: {},
          canary: points.map((value) => value * factor(settings.direction)),
          baseline: points,
        })),
        { mode, thresholds, seed: 0 },
      ).classification;
    expect(score(() => 1)).toBe('Pass');
    expect(score((direction) => (direction === 'decrease' ? 1 / 3 : 3))).toBe('Fail');
  });
});

test.each(refusedForms)('%s is refused in %s, with what is expected', (form, mode, says) => {
  expect(() => read(form, mode)).toThrow(says);
});

test('a configuration that names no judge is read in compat, with a warning of what Kayenta does with it', () => {
  const { judged, ignored } = read('10-before-analysis-configurations', 'compat');
  expect(judged.metrics[0]).toMatchObject({ name: 'requests', settings: { direction: 'either' } });
  expect(ignored).toEqual([
    "services: Kayenta's judge does not read it.",
    'judge: it names no judge, so that Kayenta takes the first one that it has.',
    "metrics[0].service: Kayenta's judge does not read it.",
    "metrics[0].extensions: Kayenta's judge does not read it.",
  ]);
});

test('every form is spoken of here', () => {
  const spoken = [...readForms.map(([form]) => form), ...refusedForms.map(([form]) => form)];
  const forms = readdirSync(directory).map((file) => file.replace('.json', ''));
  expect(new Set(spoken)).toEqual(new Set(forms));
});

describe('pasted into a spec', () => {
  const withJudge = (config: string, names: readonly string[], more = ''): string => `service: orders
version: v2
target: { type: http, url: http://127.0.0.1:1/ }
judge:
  type: kayenta
  scoreThresholds: { pass: 95, marginal: 75 }
  ${more}
  config: ${config.replaceAll('\n', '\n    ')}
metrics: ${JSON.stringify(
    names.map((name) => ({
      name,
      kind: 'rate',
      source: { type: 'http', url: 'http://127.0.0.1:1/$track', events: '$.e', total: '$.t' },
    })),
  )}
steps: [{ weight: 20, bake: 10m }]
`;

  test.each(readForms)('%s names its metrics as they are called', (form, { metrics }) => {
    const { plan } = parseSpec(withJudge(textOf(form), Object.keys(metrics)), 'rollout.yaml');
    expect(plan.judge.kayenta?.config.metrics.map(({ name }) => name)).toEqual(Object.keys(metrics));
    expect(plan.metrics.map(({ name, scored }) => ({ name, scored }))).toEqual(
      Object.keys(metrics).map((name) => ({ name, scored: true })),
    );
  });

  test.each(['strict', 'compat'])('that of another judge is refused in %s, at its place', (mode) => {
    const spec = withJudge(textOf('7-static-baseline-judge'), ['queue length'], `mode: ${mode}`);
    expect(() => parseSpec(spec, 'rollout.yaml')).toThrow(
      /^rollout\.yaml:\d+:\d+ judge\.config\.judge\.name: found "StaticBaselineJudge-v1\.0"/,
    );
  });

  test('a name that looks the same is the same, however its letters are composed', () => {
    const config = textOf('6-settings-of-another-judge');
    const composed = 'Größe'.normalize('NFC');
    const decomposed = 'Größe'.normalize('NFD');
    expect(composed).not.toBe(decomposed);
    const { plan } = parseSpec(
      withJudge(config.replace('queue length', decomposed), [composed]),
      'rollout.yaml',
    );
    expect(plan.metrics[0]).toMatchObject({ name: composed, scored: true });
    expect(() =>
      parseSpec(withJudge(config, ['queue length', composed, decomposed]), 'rollout.yaml'),
    ).toThrow(/metrics\[2\]\.name: found .*, expected a name of its own: metrics\[1\] has this one/);
  });

  test.each(['Kayenta', '__proto__', ' queue', 'queue\nlength', 'queue\u200blength', ''])(
    'the name %j is refused',
    (name) => {
      const config = textOf('6-settings-of-another-judge');
      expect(() => parseSpec(withJudge(config, ['queue length', name]), 'rollout.yaml')).toThrow(
        /metrics\[1\]\.name: found .*, expected (another name|text)/,
      );
    },
  );
});
