import { z } from 'zod';
import { canaryConfigId, judgeName } from './strict.ts';
import { orWrapped } from './wrapped.ts';

/** Kayenta takes a number from text, too, wherever it knows that one belongs there. */
const number = z.union(
  [
    z.number(),
    z
      .string()
      .regex(/^-?\d+(\.\d+)?$/, 'a number')
      .transform(Number),
  ],
  'a number',
);

const thresholds = z.looseObject({ pass: number, marginal: number });

const bare = z.looseObject({
  canaryConfigId,
  name: z.string().default(''),
  judge: z.looseObject({ name: judgeName.nullish() }).nullish(),
  metrics: z.array(
    z.looseObject({
      name: z.string(),
      groups: z.array(z.string()),
      analysisConfigurations: z.unknown().optional(),
    }),
  ),
  classifier: z.looseObject({
    groupWeights: z
      .record(z.string(), number)
      .nullish()
      .transform((weights) => weights ?? {}),
    scoreThresholds: thresholds.nullish(),
  }),
});

/** What Kayenta's judge reads of a canary configuration, and nothing else. */
export const compatConfig = orWrapped(bare, thresholds);
