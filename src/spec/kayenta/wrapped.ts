import { z } from 'zod';
import { isMapping } from './mapping.ts';

interface Thresholds {
  pass: number;
  marginal: number;
}

interface Config {
  classifier: { scoreThresholds?: Thresholds | null | undefined };
}

/**
 * A configuration by itself, or as it is sent to Kayenta to be executed: under `canaryConfig`, beside an
 * `executionRequest` whose thresholds are the ones that Kayenta judges by.
 */
export function orWrapped<Bare extends z.ZodType<Config>, Scores extends z.ZodType<Thresholds>>(
  bare: Bare,
  thresholds: Scores,
) {
  const wrapped = z
    .looseObject({
      canaryConfig: bare,
      executionRequest: z.looseObject({ thresholds: thresholds.nullish() }).nullish(),
    })
    .superRefine(only(true), { when: () => true })
    .transform(({ canaryConfig, executionRequest }): z.output<Bare> => {
      const config = canaryConfig as z.output<Bare>;
      const scoreThresholds = executionRequest?.thresholds ?? config.classifier.scoreThresholds;
      return { ...config, classifier: { ...config.classifier, scoreThresholds } };
    });
  const alone = bare.superRefine(only(false), { when: () => true });
  return z.union([alone, wrapped], 'a canary configuration, or a mapping with canaryConfig');
}

export function isWrapped(value: unknown): value is { canaryConfig: unknown; executionRequest?: unknown } {
  return isMapping(value) && 'canaryConfig' in value;
}

/** An issue that rules a form out as a whole, so that all others are those of the other form. */
function only(wrapped: boolean) {
  return (value: unknown, context: z.core.$RefinementCtx): void => {
    if (isWrapped(value) === wrapped) return;
    context.addIssue({ code: 'invalid_type', expected: 'object', input: value });
  };
}
