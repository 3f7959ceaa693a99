import type { z } from 'zod';
import { baselineRules } from './rules/baseline.ts';
import { kayentaRules } from './rules/kayenta.ts';
import { loadRules } from './rules/load.ts';
import { metricRules } from './rules/metrics.ts';
import { noiseRules } from './rules/noise.ts';
import { prometheusRules } from './rules/prometheus.ts';
import { releaseRules } from './rules/release.ts';
import type { Report, Rule } from './rules/rule.ts';
import { stepRules } from './rules/steps.ts';
import { swapRules } from './rules/swap.ts';
import type { Shape } from './shape.ts';
import { unread } from './values.ts';

const rules: readonly Rule[] = [
  ...releaseRules,
  ...stepRules,
  ...swapRules,
  ...baselineRules,
  ...metricRules,
  ...noiseRules,
  ...prometheusRules,
  ...kayentaRules,
  ...loadRules,
];

/**
 * Checks the rules of the whole spec, also where some sections are not sound: what else is amiss is then said in
 * the same pass. A rule that reads such a section waits until it is mended.
 */
export function checkRules(spec: Shape, context: z.core.$RefinementCtx): void {
  const unsound = new Set(context.issues.filter((issue) => !isHarmless(issue)).map(({ path }) => path?.[0]));
  const isWhole = unsound.has(undefined);
  if (isWhole) return;
  const report: Report = (path, message, found) => {
    context.addIssue({
      code: 'custom',
      path,
      message,
      ...(found === undefined ? {} : { params: { found } }),
    });
  };
  for (const { reads, check } of rules) {
    if (!reads.some((section) => unsound.has(section))) check(spec, report);
  }
}

/** Whether the section is of its type all the same, so that rules can read it: a key too many, a part out of range. */
function isHarmless(issue: z.core.$ZodRawIssue): boolean {
  const { code, path = [] } = issue;
  if (code === 'unrecognized_keys') return true;
  if (code === 'custom' && 'params' in issue && issue.params === unread) return false;
  return path.length > 1 && (code === 'too_small' || code === 'too_big' || code === 'custom');
}
