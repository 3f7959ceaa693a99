import { z } from 'zod';
import { scoreName } from '../judge/kayenta/scoring.ts';
import { prometheusLatency, prometheusRate, prometheusValue } from './prometheus/source.ts';
import { sourceType } from './source-type.ts';
import { duration, headers, jsonPath, line, share, url, whole } from './values.ts';

const count = whole(1, 1_000_000);

const failures = z
  .strictObject({
    consecutive: count.optional().describe('The verdict is fail at this many failed looks in a row'),
    total: count.optional().describe('The verdict is fail at this many failed looks in all'),
  })
  .refine(
    (value) => value.consecutive !== undefined || value.total !== undefined,
    'consecutive, total or both',
  )
  .describe(
    'How many failed looks make the verdict fail; by default the first, and for kind status none. A rate or latency that has ' +
      'this is judged look by look, each of minSample requests, in place of all its ticks together',
  );

const kept: ReadonlySet<string> = new Set([scoreName, '__proto__']);

/** As people write it: with spaces and capitals, if they like. Two that look the same are the same name. */
const metricName = line(100)
  .refine((name) => !kept.has(name), `another name: ${scoreName} is what verdicts call the score`)
  .transform((name) => name.normalize('NFC'));

const shared = {
  name: metricName.describe('What verdicts call it'),
  gating: z.boolean().default(true).describe('false: reported, never deciding'),
  failures: failures.optional(),
};

const httpSource = {
  type: sourceType('http').describe('JSON, fetched once a tick; judges the bakes'),
  url: url.describe(
    'Where the JSON is. $track (stable or canary), $version (what that track runs) and $service are filled in ' +
      'in its path and query',
  ),
  headers: headers.default({}),
};
const loadSource = z
  .strictObject({ type: sourceType('load').describe("The load's own report") })
  .describe('Judges the test: the load against the canary alone, before any live traffic');

const anyRatio = 'a number above 0 and at most 1000';
const ratio = z.number(anyRatio).positive(anyRatio).max(1000, anyRatio);
const ratioConditions = {
  maxRatio: ratio.optional().describe("Times stable's, at most; decides below weight 100"),
  minRatio: ratio.optional().describe("Times stable's, at least; decides below weight 100"),
};

const anyMargin = 'a number from 1 to 100';
const anyGood = 'a number above 1 and at most 100';
const margins = {
  failAbove: z
    .number(anyMargin)
    .min(1, anyMargin)
    .max(100, anyMargin)
    .optional()
    .describe("Times stable's: fail as soon as it is shown to be above; by default the judge's"),
  passBelow: z
    .number(anyGood)
    .gt(1, anyGood)
    .max(100, anyGood)
    .optional()
    .describe("Times stable's: pass as soon as it is shown to be below; by default the judge's"),
};

const countBy = z
  .enum(['request', 'user'])
  .optional()
  .describe(
    'What its source counts, by default each request. user: each user once a day, and once more with the first ' +
      'event of the day; for splitBy: user',
  );

const anyDispersion = 'a number from 1 to 1000';
const anyWander = 'a number above 0 and at most 3';
const countNoise = z
  .strictObject({
    dispersion: z
      .number(anyDispersion)
      .min(1, anyDispersion)
      .max(1000, anyDispersion)
      .default(1)
      .describe('How much more the counts vary than independent events: 3 if errors come by threes'),
    wander: z
      .strictObject({
        sd: z
          .number(anyWander)
          .positive(anyWander)
          .max(3, anyWander)
          .describe("Standard deviation of the logarithm of one copy's rate against the others'"),
        for: duration.describe('How long a copy stays better or worse: 10m, or 90d for as long as it lives'),
      })
      .optional()
      .describe('Copies of one version that have better and worse times'),
  })
  .describe(
    'How much it varies while nothing changes, as its past shows; left out, the ticks of the rollout have to show it',
  );

export type CountNoise = z.output<typeof countNoise>;

const anyLasting = 'a number from 0 to 1000000000000';
const anySd = 'a number from 0.000001 to 1000000000000';

const valueSource = z.discriminatedUnion('type', [
  z.strictObject({ ...httpSource, value: jsonPath.describe('Where the number is, as a JSONPath') }),
  prometheusValue,
]);

const status = z
  .strictObject({
    ...shared,
    kind: z.literal('status').describe('A word that the source answers with'),
    source: z.strictObject({
      ...httpSource,
      status: jsonPath.default('$.status').describe('Where the word is, as a JSONPath'),
    }),
    ok: z
      .array(z.string().min(1).max(200))
      .min(1)
      .max(20)
      .default(['ok'])
      .describe('The words that are good'),
  })
  .describe('A word such as ok; a 5xx answer with a word that is not good fails the check too');

const rate = z
  .strictObject({
    ...shared,
    kind: z.literal('rate').describe('Events out of exposures, such as errors out of requests'),
    source: z.discriminatedUnion('type', [
      z.strictObject({
        ...httpSource,
        events: jsonPath.describe('Where the counter of the events is, as a JSONPath'),
        total: jsonPath.describe('Where the counter of the exposures is, as a JSONPath'),
      }),
      prometheusRate,
      loadSource,
    ]),
    max: share.optional().describe('At most this share, such as 2% or 0.02; decides at weight 100 too'),
    min: share.optional().describe('At least this share, such as 98% or 0.98; decides at weight 100 too'),
    ...ratioConditions,
    ...margins,
    countBy,
    noise: countNoise.optional(),
    minSample: count
      .default(20)
      .describe(
        'Exposures of the canary (and of stable, if compared) that a verdict needs at each weight; with failures, ' +
          'maxRatio or minRatio those that make one look',
      ),
  })
  .describe('Events out of exposures');

const value = z
  .strictObject({
    ...shared,
    kind: z.literal('value').describe('A number'),
    source: valueSource,
    max: z.number().optional().describe('At most; decides at weight 100 too'),
    min: z.number().optional().describe('At least; decides at weight 100 too'),
    ...ratioConditions,
    minSample: count.default(1).describe('Ticks that make one look; their mean is judged'),
  })
  .describe('A number');

const latency = z
  .strictObject({
    ...shared,
    kind: z.literal('latency').describe('How long requests take'),
    source: z.discriminatedUnion('type', [
      z.strictObject({
        ...httpSource,
        histogram: jsonPath.describe(
          'Where the counters of the buckets are, as a JSONPath: a mapping from seconds to the requests that took ' +
            'at most so long, and from +Inf to all of them',
        ),
      }),
      prometheusLatency,
      loadSource,
    ]),
    percentile: z
      .literal([50, 90, 99])
      .optional()
      .describe('Which one max is for; by default 99: at most 1 in 100 requests may take longer'),
    max: duration
      .optional()
      .describe('At most, such as 250ms, in place of a comparison with stable; decides at weight 100 too'),
    ...margins,
    countBy,
    noise: countNoise.optional(),
    minSample: count
      .default(20)
      .describe(
        'Requests of the canary (and of stable, if compared) that a verdict needs; with failures those that make one look',
      ),
  })
  .describe("How long requests take: the load's, or all by buckets");

const gauge = z
  .strictObject({
    ...shared,
    kind: z.literal('gauge').describe('A number that goes up and down, and should not rise'),
    source: valueSource,
    ...margins,
    noise: z
      .strictObject({
        sd: z
          .number(anySd)
          .min(1e-6, anySd)
          .max(1e12, anySd)
          .describe('Standard deviation of the difference of two copies over a minute, as in a long run'),
        lasting: z
          .number(anyLasting)
          .min(0, anyLasting)
          .max(1e12, anyLasting)
          .default(0)
          .describe('Standard deviation of what two copies differ by for as long as they live'),
      })
      .optional()
      .describe(
        'How much it varies while nothing changes; without, the verdict is never more than inconclusive',
      ),
  })
  .describe('A number that goes up and down');

/**
 * What is watched. A metric whose source is `load` judges the test (load against the canary alone, before any
 * live traffic); all others judge the bakes.
 */
export const metric = z.discriminatedUnion('kind', [status, rate, value, latency, gauge]);

export type AnyMetric = z.output<typeof metric>;
