import { z } from 'zod';
import type { Risk } from '../judge/compared/comparing.ts';
import type { JudgePlan } from '../judge/judge.ts';
import type { Margins } from '../judge/sequential/ratio-test.ts';
import { kayentaJudge, scoringOf, type KayentaJudge } from './kayenta/scoring.ts';
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
    type: z.literal('sequential').optional().describe('The one that is meant where no type is named'),
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
    [z.enum(['default', 'fast']), z.discriminatedUnion('type', [numbers, kayentaJudge])],
    'default, fast, a mapping with failAbove, passBelow, alpha, beta, or one with type: kayenta',
  )
  .describe('How metrics are compared with stable');

type AnyJudge = z.output<typeof judge>;

/** The numbers of a preset, or those that were given; what Kayenta's configuration does not name is by the default. */
export function completeJudge(given: AnyJudge): Margins & JudgePlan {
  if (typeof given === 'string') return presets[given];
  if (isKayenta(given)) return { ...presets.default, kayenta: scoringOf(given) };
  const { type: _type, ...numbers } = given;
  return numbers;
}

export function isKayenta(judge: AnyJudge): judge is KayentaJudge {
  return typeof judge === 'object' && judge.type === 'kayenta';
}

/** The metrics that are scored together. */
export function scoredNames(judge: AnyJudge): ReadonlySet<string> {
  return new Set(isKayenta(judge) ? judge.config.metrics.map(({ name }) => name) : []);
}
