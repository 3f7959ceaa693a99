import { z } from 'zod';
import { mapping } from './mapping.ts';
import { words } from './words.ts';
import { orWrapped } from './wrapped.ts';

const anyNumber = 'a number';
const number = z.number(anyNumber);

/** Kayenta's judge does not read it: any value will do. */
const unread = z.unknown().optional();

const canary = z.strictObject({
  direction: z.enum(words.direction).optional(),
  nanStrategy: z.enum(words.nanStrategy).optional(),
  critical: z.boolean().optional(),
  mustHaveData: z.boolean().optional(),
  muted: z.boolean().optional(),
  effectSize: z
    .strictObject({
      measure: z.enum(words.measure).optional(),
      allowedIncrease: number.optional(),
      allowedDecrease: number.optional(),
      criticalIncrease: number.optional(),
      criticalDecrease: number.optional(),
    })
    .optional(),
  outliers: z
    .strictObject({ strategy: z.enum(words.outliers).optional(), outlierFactor: number.optional() })
    .optional(),
});

/** What is said under `analysisConfigurations.canary`, and in two mappings of it. */
export const settingsKeys = {
  canary: Object.keys(canary.shape),
  effectSize: Object.keys(canary.shape.effectSize.unwrap().shape),
  outliers: Object.keys(canary.shape.outliers.unwrap().shape),
};

const ofTheCanary = Object.fromEntries(
  settingsKeys.canary.map((key) => [key, 'it in analysisConfigurations.canary of a metric']),
);

const metric = mapping(
  {
    id: unread,
    isNew: unread,
    name: z.string().min(1),
    query: unread,
    groups: z.array(z.string().min(1)),
    analysisConfigurations: mapping({ canary: canary.optional() }, ofTheCanary).default({}),
    scopeName: unread,
  },
  ofTheCanary,
);

const netflixJudge = 'NetflixACAJudge-v1.0';

const notRead = "nothing: Kayenta's judge reads none of it; its tolerance is 0.25 and its confidence 0.98";
const classifierHas = 'it in classifier';

/** Only this judge is implemented, so that a configuration for another one must not be judged by it. */
export const judgeName = z.literal(
  netflixJudge,
  `${netflixJudge}, the only judge of Kayenta's that is implemented: another judge decides by other rules`,
);

/** Where a Spinnaker stage has the id of a configuration in place of the configuration. */
export const canaryConfigId = z
  .never(
    'the configuration itself: copy it from "Edit as JSON" in Spinnaker, or get it from /v2/canaryConfig/<id> of Gate',
  )
  .optional();

const thresholds = z.strictObject({ pass: number, marginal: number });

const bare = mapping(
  {
    createdTimestamp: unread,
    updatedTimestamp: unread,
    createdTimestampIso: unread,
    updatedTimestampIso: unread,
    canaryConfigId,
    name: z.string('text').default(''),
    id: unread,
    isNew: unread,
    description: unread,
    configVersion: unread,
    applications: unread,
    judge: mapping({
      name: judgeName,
      judgeConfigurations: z
        .looseObject({})
        .refine((value) => Object.keys(value).length === 0, notRead)
        .nullish(),
    }),
    templates: unread,
    metrics: z.array(metric).min(1).superRefine(checkNames),
    classifier: mapping({
      groupWeights: z
        .record(z.string(), number)
        .nullish()
        .transform((weights) => weights ?? {}),
      scoreThresholds: thresholds.nullish(),
    }),
  },
  { ...ofTheCanary, groupWeights: classifierHas, scoreThresholds: classifierHas },
);

/** The keys that Kayenta knows, read by its judge or by others. */
export const knownKeys = {
  config: Object.keys(bare.shape),
  metric: Object.keys(metric.shape),
  judge: Object.keys(bare.shape.judge.shape),
  classifier: Object.keys(bare.shape.classifier.shape),
};

/** A canary configuration in which every key that Kayenta's judge reads, and every word, is one that the judge knows. */
export const strictConfig = orWrapped(bare, thresholds);

function checkNames(metrics: readonly { name: string }[], context: z.RefinementCtx): void {
  const seen = new Set<string>();
  for (const [at, { name }] of metrics.entries()) {
    const written = name.normalize('NFC');
    if (!seen.has(written)) {
      seen.add(written);
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
