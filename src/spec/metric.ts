import { z } from 'zod';
import { duration, headers, jsonPath, share, url, whole } from './values.ts';

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
  .describe('How many failed looks make the verdict fail; by default the first, and for kind status none');

const shared = {
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,59}$/, 'a name of small letters, digits and dashes, at most 60')
    .describe('What verdicts call it'),
  gating: z.boolean().default(true).describe('false: reported, never deciding'),
  failures: failures.optional(),
};

const httpSource = {
  type: z.literal('http').describe('JSON, fetched once a tick; judges the bakes'),
  url: url.describe(
    'Where the JSON is. $track (stable or canary), $version (what that track runs) and $service are filled in ' +
      'in its path and query',
  ),
  headers: headers.default({}),
};
const loadSource = z
  .strictObject({ type: z.literal('load').describe("The load's own report") })
  .describe('Judges the test: the load against the canary alone, before any live traffic');

const anyRatio = 'a number above 0 and at most 1000';
const ratio = z.number(anyRatio).positive(anyRatio).max(1000, anyRatio);
const ratioConditions = {
  maxRatio: ratio.optional().describe("Times stable's, at most; decides below weight 100"),
  minRatio: ratio.optional().describe("Times stable's, at least; decides below weight 100"),
};

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
  .describe('A word such as ok');

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
      loadSource,
    ]),
    max: share.optional().describe('At most this share, such as 2% or 0.02; decides at weight 100 too'),
    min: share.optional().describe('At least this share, such as 98% or 0.98; decides at weight 100 too'),
    ...ratioConditions,
    minSample: count
      .default(20)
      .describe('Exposures of the canary (and of stable, if compared) that make one look'),
  })
  .describe('Events out of exposures');

const value = z
  .strictObject({
    ...shared,
    kind: z.literal('value').describe('A number'),
    source: z.strictObject({ ...httpSource, value: jsonPath.describe('Where the number is, as a JSONPath') }),
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
    source: loadSource,
    percentile: z.literal([50, 90, 99]).default(99),
    max: duration.describe('At most, such as 250ms'),
    minSample: count.default(20).describe('Requests that make one look'),
  })
  .describe("The latency that the load's requests see");

/**
 * What is watched. A metric whose source is `load` judges the test (load against the canary alone, before any
 * live traffic); all others judge the bakes.
 */
export const metric = z.discriminatedUnion('kind', [status, rate, value, latency]);
