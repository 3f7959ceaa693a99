import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseCanaryConfig } from '../../src/spec/kayenta/config.ts';
import { completeSpec, parseSpec, SpecError } from '../../src/spec/parse.ts';

const minute = 60_000;

const config = `{
  "name": "shop",
  "applications": ["shop"],
  "judge": { "name": "NetflixACAJudge-v1.0", "judgeConfigurations": {} },
  "metrics": [{
    "name": "error-rate",
    "groups": ["errors"],
    "analysisConfigurations": { "canary": { "direction": "increase" } }
  }],
  "classifier": { "groupWeights": { "errors": 100 }, "scoreThresholds": { "pass": 80, "marginal": 50 } }
}`;

interface Parts {
  judge?: string;
  mode?: string;
  /** What is changed in the configuration. */
  from?: string;
  to?: string;
  metric?: string;
  bake?: string;
  every?: string;
  more?: string;
}

const source = 'source: { type: http, url: http://127.0.0.1:1/$track, events: $.e, total: $.t }';

function written({
  judge = '',
  from = '{',
  to = '{',
  metric,
  bake = '30m',
  every = '10s',
  more = '',
}: Parts): string {
  expect(config).toContain(from);
  return `service: shop
version: 2.4.0
target: { type: http, url: http://127.0.0.1:1/ }
every: ${every}
judge:
  type: kayenta
  config: ${config.replace(from, to).replaceAll('\n', '\n    ')}
  ${judge}
metrics:
  - { name: monitor, kind: status, source: { type: http, url: http://127.0.0.1:1/monitor } }
  - { ${metric ?? `name: error-rate, kind: rate, ${source}`} }
  ${more}
steps:
  - { weight: 5, bake: ${bake} }
  - { weight: 100, bake: 10h }
`;
}

function refusal(parts: Parts): string {
  try {
    parseSpec(written(parts), 'rollout.yaml');
  } catch (error) {
    if (error instanceof SpecError) return error.message;
    throw error;
  }
  throw new Error('not refused');
}

describe('a rollout that is judged by Kayenta', () => {
  test('has a configuration of Kayenta as it is; what is left out is filled in', () => {
    const { spec, plan } = parseSpec(written({}), 'rollout.yaml');
    expect(plan.judge.kayenta).toStrictEqual({
      config: parseCanaryConfig(config, 'kayenta.json', 'strict').judged,
      thresholds: { pass: 80, marginal: 50 },
      mode: 'strict',
      step: minute,
      interval: 1,
      points: 200,
    });
    expect(plan.metrics).toMatchObject([{ name: 'monitor' }, { name: 'error-rate', scored: true }]);
    expect(plan.metrics[0]).not.toHaveProperty('scored');
    expect(completeSpec(spec)).toStrictEqual(plan);
  });

  test('looks and slides as it says', () => {
    const judge =
      'step: 30s, interval: 10m, lookback: 1h, scoreThresholds: { pass: 95, marginal: 75 }, mode: compat'.replaceAll(
        /, (?=\w+:)(?!marginal)/g,
        '\n  ',
      );
    const { kayenta } = parseSpec(written({ judge }), 'rollout.yaml').plan.judge;
    expect(kayenta).toMatchObject({
      thresholds: { pass: 95, marginal: 75 },
      mode: 'compat',
      step: minute / 2,
      interval: 20,
      points: 120,
    });
  });

  test('compares what the configuration does not name by the default preset', () => {
    const more = `- { name: other, kind: rate, ${source} }`;
    const { plan } = parseSpec(written({ more }), 'rollout.yaml');
    expect(plan.metrics[2]).toMatchObject({ name: 'other', comparison: { failAbove: 1.25, passBelow: 1.5 } });
    expect(plan.metrics[1]).not.toHaveProperty('comparison');
  });

  test('takes in compat what Kayenta takes', () => {
    const parts = {
      judge: 'mode: compat',
      from: '"direction": "increase"',
      to: '"direction": "Increase", "new": 1',
    };
    const { kayenta } = parseSpec(written(parts), 'rollout.yaml').plan.judge;
    expect(kayenta?.config.metrics[0]?.settings.direction).toBe('either');
  });

  test('is what the example and its page show', () => {
    const file = new URL('../../examples/kayenta/rollout.yaml', import.meta.url);
    const { plan } = parseSpec(readFileSync(file, 'utf8'), 'rollout.yaml');
    expect(plan.judge.kayenta).toMatchObject({
      thresholds: { pass: 80, marginal: 50 },
      step: 5000,
      points: 24,
    });
    const page = readFileSync(new URL('../../docs/kayenta.md', import.meta.url), 'utf8');
    const [, yaml = ''] = /```yaml\n(judge:\n[^]*?)```/.exec(page) ?? [];
    const around =
      'service: bakery\nversion: 14.1.1\ntarget: { type: http, url: http://127.0.0.1:4001/coalmine }\n';
    expect(parseSpec(`${around}${yaml}`, 'kayenta.md').plan.judge.kayenta).toMatchObject({ points: 30 });
  });
});

const where = 'judge.config.metrics[0].analysisConfigurations.canary';

describe('refuses, naming the place, what was found and what is expected:', () => {
  test.each<[what: string, parts: Parts, says: string]>([
    [
      'a key that Kayenta does not know',
      { from: '"groups"', to: '"grups"' },
      'judge.config.metrics[0].grups: found the unknown key "grups" (did you mean groups?)',
    ],
    [
      'a word that Kayenta does not know',
      { from: '"increase"', to: '"Increase"' },
      `${where}.direction: found "Increase", expected one of increase, decrease, either`,
    ],
    [
      'a trap of Kayenta',
      { from: '"errors": 100', to: '"errors": 90' },
      'judge.config: found classifier.groupWeights: the weights add up to 90, so that a canary without fault scores 90. Make it 100, expected a configuration without that (mode: compat',
    ],
    [
      'what Kayenta throws at',
      { judge: 'mode: compat', from: '"direction": "increase"', to: '"critical": "yes"' },
      `judge.config: found what Kayenta's judge throws at (analysisConfigurations.canary.critical: found "yes"`,
    ],
    [
      'outliers beyond nothing',
      { from: '"direction": "increase"', to: '"outliers": { "strategy": "remove", "outlierFactor": 0 }' },
      "found what Kayenta's judge throws at (outliers.outlierFactor: found 0",
    ],
    [
      'no thresholds at all',
      { from: ', "scoreThresholds": { "pass": 80, "marginal": 50 }', to: '' },
      'judge.config.classifier.scoreThresholds: found nothing, expected 0 ≤ marginal ≤ pass ≤ 100, here or in scoreThresholds of the judge',
    ],
    [
      'thresholds that cross',
      { judge: 'scoreThresholds: { pass: 50, marginal: 80 }' },
      'judge.scoreThresholds: found pass 50 and marginal 80, expected 0 ≤ marginal',
    ],
    [
      'an unknown mode',
      { judge: 'mode: lenient' },
      'judge.mode: found "lenient", expected one of strict, compat',
    ],
    [
      'an unknown key of the judge',
      { judge: 'lookBack: 30m' },
      'judge.lookBack: found the unknown key "lookBack" (did you mean lookback?)',
    ],
    [
      'a metric that nobody measures',
      { metric: `name: errors, kind: rate, ${source}` },
      'judge.config.metrics[0].name: found "error-rate", expected the name of one of the metrics of this spec',
    ],
    [
      'a metric that is no number',
      { metric: 'name: error-rate, kind: status, source: { type: http, url: http://127.0.0.1:1/$track }' },
      'metrics[1].kind: found "status", expected one of rate, value, gauge',
    ],
    [
      'a metric of the load',
      { metric: 'name: error-rate, kind: rate, source: { type: load }' },
      'metrics[1].source.type: found "load", expected http',
    ],
    [
      'a metric of both tracks together',
      { metric: `name: error-rate, kind: rate, ${source.replace('$track', 'all')}` },
      'metrics[1].source.url: found "http://127.0.0.1:1/all", expected $track or $version',
    ],
    [
      'a limit beside the configuration',
      { metric: `name: error-rate, kind: rate, max: 2%, ${source}` },
      'metrics[1].max: found "2%", expected no max: the judge',
    ],
    [
      'a margin beside it',
      { metric: `name: error-rate, kind: rate, failAbove: 2, ${source}` },
      'metrics[1].failAbove: found 2, expected no failAbove',
    ],
    [
      'a metric that is only reported',
      { metric: `name: error-rate, kind: rate, gating: false, ${source}` },
      "metrics[1].gating: found false, expected no gating: the judge's configuration names this metric; mute it there",
    ],
    [
      'a point shorter than a tick',
      { judge: 'step: 10s', every: '20s' },
      'judge.step: found "10s", expected at least 20s, which is every',
    ],
    [
      'looks oftener than points',
      { judge: 'interval: 30s' },
      'judge.interval: found "30s", expected at least 1m, which is step',
    ],
    [
      'a bake without a look',
      { judge: 'interval: 1h' },
      'steps[0].bake: found 30m, expected at least 1h, or a shorter step or interval of the judge',
    ],
    [
      'a lookback that is never enough',
      { judge: 'lookback: 4m' },
      'judge.lookback: found "4m", expected 5m to 200m: 5 to 200 points of 1m',
    ],
    [
      'a lookback that holds too much',
      { judge: 'lookback: 4h' },
      'judge.lookback: found "4h", expected 5m to 200m',
    ],
    [
      'a bake that holds too much',
      { bake: '4h' },
      'judge: found no lookback and a bake of 4h, which is 240 points of 1m, expected a lookback, or a step of at least 72s',
    ],
  ])('%s', (_, parts, says) => {
    const message = refusal(parts);
    expect(message).toContain(says);
    expect(message).toMatch(/^rollout\.yaml:\d+:\d+ /);
  });

  test('another type of judge', () => {
    const text = written({}).replace('type: kayenta', 'type: kayneta');
    expect(() => parseSpec(text, 'rollout.yaml')).toThrow(
      'judge.type: found "kayneta", expected one of sequential, kayenta',
    );
  });

  test('a bake at 100 that only the score could decide', () => {
    const text = written({}).replace(/ {2}- \{ name: monitor.*\n/, '');
    expect(() => parseSpec(text, 'rollout.yaml')).toThrow('a bake at 100 without any absolute condition');
  });
});
