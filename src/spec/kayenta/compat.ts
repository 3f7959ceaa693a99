import { z } from 'zod';

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

/** What Kayenta's judge reads of a canary configuration, and nothing else. */
export const compatConfig = z.looseObject({
  name: z.string().default(''),
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
    scoreThresholds: z.looseObject({ pass: number, marginal: number }).nullish(),
  }),
});
