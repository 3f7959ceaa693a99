import { z } from 'zod';
import { duration, headers, jsonPath, share, url } from './values.ts';

const count = z.int().min(1).max(1_000_000);

const failures = z
  .strictObject({
    consecutive: count.optional().describe('The verdict is fail at this many failed looks in a row'),
    total: count.optional().describe('The verdict is fail at this many failed looks in all'),
  })
  .refine((value) => value.consecutive !== undefined || value.total !== undefined, {
    message: 'consecutive, total or both',
  });

const shared = {
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]*$/, 'a name of small letters, digits and dashes')
    .max(60),
  gating: z.boolean().default(true).describe('false: reported, never deciding'),
  failures: failures.optional(),
};

const httpSource = { type: z.literal('http'), url, headers: headers.default({}) };
const loadSource = z.strictObject({ type: z.literal('load') }).describe("The load's own report");
const ratio = z.number().positive().max(1000);

const status = z.strictObject({
  ...shared,
  kind: z.literal('status'),
  source: z.strictObject({ ...httpSource, status: jsonPath.default('$.status') }),
  ok: z.array(z.string()).min(1).default(['ok']),
});

const ratioConditions = {
  maxRatio: ratio.optional().describe("Times stable's, at most"),
  minRatio: ratio.optional().describe("Times stable's, at least"),
};

const rate = z.strictObject({
  ...shared,
  kind: z.literal('rate'),
  source: z.discriminatedUnion('type', [
    z.strictObject({
      ...httpSource,
      events: jsonPath.describe('A counter of the events'),
      total: jsonPath.describe('A counter of the exposures'),
    }),
    loadSource,
  ]),
  max: share.optional(),
  min: share.optional(),
  ...ratioConditions,
  minSample: count
    .default(20)
    .describe('Exposures of the canary (and of stable, if compared) that make one look'),
});

const value = z.strictObject({
  ...shared,
  kind: z.literal('value'),
  source: z.strictObject({ ...httpSource, value: jsonPath }),
  max: z.number().optional(),
  min: z.number().optional(),
  ...ratioConditions,
  minSample: count.default(1).describe('Ticks that make one look; their mean is judged'),
});

const latency = z.strictObject({
  ...shared,
  kind: z.literal('latency'),
  source: loadSource,
  percentile: z.literal([50, 90, 99]).default(99),
  max: duration.describe('At most'),
  minSample: count.default(20).describe('Requests that make one look'),
});

/** What is watched. */
export const metric = z.discriminatedUnion('kind', [status, rate, value, latency]);
