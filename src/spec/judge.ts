import { z } from 'zod';
import type { Risk } from '../domain/judge/compared/comparing.ts';
import type { Margins } from '../domain/judge/sequential/ratio-test.ts';
import { share } from './values.ts';

/** What a preset stands for. `fast` finds harm sooner, and takes back a canary that is worse at all. */
export const presets = {
  default: { failAbove: 1.25, passBelow: 1.5, alpha: 0.01, beta: 0.05 },
  fast: { failAbove: 1, passBelow: 1.5, alpha: 0.01, beta: 0.05 },
} as const satisfies Record<string, Margins & Risk>;

const anyRisk = 'a share above 0 and below 50%, such as 1%';
const risk = share.refine((value) => value > 0 && value < 0.5, anyRisk);
const anyMargin = 'a number from 1 to 100';
const anyGood = 'a number above 1 and at most 100';

const numbers = z
  .strictObject({
    failAbove: z.number(anyMargin).min(1, anyMargin).max(100, anyMargin).default(presets.default.failAbove),
    passBelow: z.number(anyGood).gt(1, anyGood).max(100, anyGood).default(presets.default.passBelow),
    alpha: risk
      .prefault(presets.default.alpha)
      .describe('How often a rollout may fail a canary that is no worse than failAbove'),
    beta: risk
      .prefault(presets.default.beta)
      .describe('How often a metric may pass that is worse than passBelow'),
  })
  .describe('The numbers themselves');

/** How metrics are compared with stable. */
export const judge = z
  .union(
    [z.enum(['default', 'fast']), numbers],
    'default, fast, or a mapping with failAbove, passBelow, alpha, beta',
  )
  .describe('How metrics are compared with stable');

/** The numbers of a preset, or those that were given. */
export function completeJudge(given: z.output<typeof judge>): Margins & Risk {
  return typeof given === 'string' ? presets[given] : given;
}
