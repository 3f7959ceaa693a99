import { z } from 'zod';

const anyNumber = 'a number';
const number = z.number(anyNumber);
const timestamp = {
  createdTimestamp: number.optional(),
  updatedTimestamp: number.optional(),
  createdTimestampIso: z.string().optional(),
  updatedTimestampIso: z.string().optional(),
};

const canary = z.strictObject({
  direction: z.enum(['increase', 'decrease', 'either']).optional(),
  nanStrategy: z.enum(['remove', 'replace']).optional(),
  critical: z.boolean().optional(),
  mustHaveData: z.boolean().optional(),
  muted: z.boolean().optional(),
  effectSize: z
    .strictObject({
      measure: z.enum(['meanRatio', 'cles']).optional(),
      allowedIncrease: number.optional(),
      allowedDecrease: number.optional(),
      criticalIncrease: number.optional(),
      criticalDecrease: number.optional(),
    })
    .optional(),
  outliers: z
    .strictObject({ strategy: z.enum(['keep', 'remove']).optional(), outlierFactor: number.optional() })
    .optional(),
});

const prometheus = z.strictObject({
  type: z.literal('prometheus'),
  serviceType: z.literal('prometheus').optional(),
  metricName: z.string().optional(),
  labelBindings: z.array(z.string()).nullish(),
  groupByFields: z.array(z.string()).nullish(),
  resourceType: z.string().nullish(),
  customFilter: z.string().nullish(),
  customInlineTemplate: z.string().nullish(),
  customFilterTemplate: z.string().nullish(),
});

/** Of another store: its keys are that store's, and the judge has no use of them. */
const otherQuery = z.looseObject({
  type: z.enum([
    'atlas',
    'datadog',
    'graphite',
    'influxdb',
    'newrelic',
    'signalfx',
    'stackdriver',
    'wavefront',
  ]),
});

const metric = z.strictObject({
  name: z.string().min(1),
  query: z.discriminatedUnion('type', [prometheus, otherQuery]).optional(),
  groups: z.array(z.string().min(1)),
  analysisConfigurations: z.strictObject({ canary: canary.optional() }).default({}),
  scopeName: z.string().optional(),
});

const notRead = "nothing: Kayenta's judge reads none of it; its tolerance is 0.25 and its confidence 0.98";

/** A canary configuration of which every key is known, and every word one that Kayenta's judge knows. */
export const strictConfig = z.strictObject({
  ...timestamp,
  name: z.string().regex(/^[A-Za-z0-9_-]+$/, 'a name of letters, digits, dashes and underscores'),
  id: z.string().optional(),
  description: z.string().optional(),
  configVersion: z.union([z.string(), number], 'text').optional(),
  applications: z.array(z.string()).min(1),
  judge: z.strictObject({
    name: z.literal('NetflixACAJudge-v1.0'),
    judgeConfigurations: z
      .looseObject({})
      .refine((value) => Object.keys(value).length === 0, notRead)
      .default({}),
  }),
  templates: z.record(z.string(), z.string()).default({}),
  metrics: z.array(metric).min(1).superRefine(checkNames),
  classifier: z.strictObject({
    groupWeights: z.record(z.string(), number).default({}),
    scoreThresholds: z.strictObject({ pass: number, marginal: number }).optional(),
  }),
});

function checkNames(metrics: readonly { name: string }[], context: z.RefinementCtx): void {
  const seen = new Set<string>();
  for (const [at, { name }] of metrics.entries()) {
    if (!seen.has(name)) {
      seen.add(name);
      continue;
    }
    context.addIssue({
      code: 'custom',
      path: [at, 'name'],
      message: 'a name of its own',
      params: { found: `the name ${name} again` },
    });
  }
}
