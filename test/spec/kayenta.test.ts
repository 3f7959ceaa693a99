import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { parseCanaryConfig } from '../../src/spec/kayenta/config.ts';
import { parseSeries } from '../../src/spec/kayenta/series.ts';

const example = await readFile(new URL('../../examples/kayenta/kayenta.json', import.meta.url), 'utf8');

/** The example with one thing changed. */
function changed(from: string, to: string): string {
  expect(example).toContain(from);
  return example.replace(from, to);
}

function strict(text: string): unknown {
  return parseCanaryConfig(text, 'kayenta.json', 'strict');
}

describe('a canary configuration', () => {
  test('is read the same in both modes, if nothing is wrong with it', () => {
    const read = parseCanaryConfig(example, 'kayenta.json', 'strict');
    expect(parseCanaryConfig(example, 'kayenta.json', 'compat')).toEqual(read);
    expect(read).toMatchObject({
      name: 'checkout-canary',
      scoreThresholds: { pass: 80, marginal: 50 },
      judged: { groupWeights: { errors: 50, latency: 30 } },
    });
    expect(read.judged.metrics[1]).toMatchObject({
      name: 'latency-p99',
      groups: ['latency'],
      settings: { measure: 'cles', allowedIncrease: 0.7, criticalIncrease: 0.5, outliers: 'remove' },
    });
  });

  test.each([
    [
      '"critical": true',
      '"critcal": true',
      /kayenta\.json:\d+:\d+ metrics\[0\]\.analysisConfigurations\.canary\.critcal: found the unknown key "critcal" \(did you mean critical\?\)/,
    ],
    ['"critical": true', '"critical": "true"', /canary\.critical: found "true", expected true or false/],
    [
      '"direction": "increase"',
      '"direction": "Increase"',
      /direction: found "Increase", expected one of increase, decrease, either/,
    ],
    [
      '"nanStrategy": "remove"',
      '"nanStrategy": "drop"',
      /nanStrategy: found "drop", expected one of replace, remove/,
    ],
    ['"allowedIncrease": 1.1', '"allowedIncrease": "1.1"', /allowedIncrease: found "1.1", expected a number/],
    ['"latency": 30', '"latency": "30"', /groupWeights\.latency: found "30", expected a number/],
    [
      '"latency-p99"',
      '"error-rate"',
      /metrics\[1\]\.name: found the name error-rate again, expected a name of its own/,
    ],
    ['NetflixACAJudge-v1.0', 'dredd-v1.0', /judge\.name: found "dredd-v1.0", expected NetflixACAJudge-v1\.0/],
    [
      '"judgeConfigurations": {}',
      '"judgeConfigurations": { "tolerance": 0.1, "confLevel": 0.95 }',
      /judgeConfigurations: found a mapping with tolerance, confLevel, expected nothing: Kayenta's judge reads none of it/,
    ],
    [
      '"groupWeights"',
      '"groupWeigths"',
      /classifier\.groupWeigths: found the unknown key "groupWeigths" \(did you mean groupWeights\?\)/,
    ],
    [
      '"groups": ["errors"]',
      '"groups": ["errors"], "critical": true',
      /metrics\[0\]\.critical: found a setting that Kayenta does not read here, expected it in analysisConfigurations\.canary/,
    ],
    [
      '"applications": ["checkout"]',
      '"scoreThresholds": { "pass": 90, "marginal": 75 }',
      /scoreThresholds: found a setting that Kayenta does not read here, expected it in classifier/,
    ],
  ])('is refused in strict for %s → %s', (from, to, message) => {
    expect(() => strict(changed(from, to))).toThrow(message);
  });

  test('in compat has its unknown keys and words ignored, as by Kayenta', () => {
    const text = changed('"direction": "increase"', '"direction": "Increase", "later": 1')
      .replace('"judgeConfigurations": {}', '"judgeConfigurations": { "tolerance": 0.1 }')
      .replace('"latency": 30', '"latency": "30"');
    const { judged, ignored } = parseCanaryConfig(text, 'kayenta.json', 'compat');
    expect(judged.metrics[0]?.settings.direction).toBe('either');
    expect(ignored).toEqual([
      "judge.judgeConfigurations.tolerance: Kayenta's judge does not read it.",
      "metrics[0].analysisConfigurations.canary.later: Kayenta's judge does not read it.",
      `metrics[0].analysisConfigurations.canary.direction: Kayenta's judge does not know "Increase" and takes either.`,
    ]);
    expect(judged.groupWeights).toEqual({ errors: 50, latency: 30 });
  });

  test('has queries, which nothing looks into', () => {
    const text = changed('"type": "prometheus"', '"type": "datadog"').replace('"metricName"', '"whatever"');
    expect(() => strict(text)).not.toThrow();
  });

  test('that is no JSON is refused', () => {
    expect(() => strict('{ name: checkout }')).toThrow(
      /kayenta\.json: found no JSON .*expected a JSON document/,
    );
  });
});

describe('the points of an arm', () => {
  test('are a list, or series with tags that may say how many points there should be', () => {
    const text = JSON.stringify({
      errors: [1, null, 'NaN', 2],
      latency: [
        { tags: { pod: 'a' }, values: [3], startTimeMillis: 0, endTimeMillis: 120_000, stepMillis: 60_000 },
        { values: [] },
      ],
    });
    expect([...parseSeries(text, 'canary.json')]).toEqual([
      ['errors', [{ tags: {}, values: [1, NaN, NaN, 2], expected: 0 }]],
      [
        'latency',
        [
          { tags: { pod: 'a' }, values: [3], expected: 2 },
          { tags: {}, values: [], expected: 0 },
        ],
      ],
    ]);
  });

  test.each([
    [
      '{"errors": [1, "2"]}',
      /canary\.json:1:\d+ errors\[1\]: found "2", expected a number, null where there was none, or a series/,
    ],
    [
      '{"errors": [{"tag": {}, "values": []}]}',
      /errors\[0\]\.tag: found the unknown key "tag" \(did you mean tags\?\)/,
    ],
    ['{"errors": 3}', /errors: found 3, expected a list/],
    [
      '{"errors": [1, {"values": [1]}]}',
      /errors: found a list of 2, expected numbers, or series with tags and values, not both/,
    ],
    ['[]', /canary\.json:1:1: found an empty list, expected a mapping/],
  ])('%s is refused', (text, message) => {
    expect(() => parseSeries(text, 'canary.json')).toThrow(message);
  });
});
