import { z } from 'zod';
import type { TrafficPlan } from '../../src/spec/schema.ts';
import { targetLimits } from '../answer-limits.ts';
import { contractCalls, contractUses } from '../http-contract.ts';
import { createHttp } from '../http.ts';
import type { Adapter, Grants, Traffic } from '../ports.ts';

const text = z.string().max(targetLimits.audienceCharacters);

const pair = z.strictObject({ name: text, value: text });

/** Noise of floating-point numbers, in per cent. */
const noise = 1e-6;

const anyPercent = 'expected a number from 0 to 100';

/** Per cent, as a number or as decimal text; 7.000000000000001 is 7. */
const percent = z
  .union(
    [
      z.number(),
      z
        .string()
        .regex(/^\d+(\.\d+)?$/)
        .transform(Number),
    ],
    anyPercent,
  )
  .refine((value) => value >= -noise && value <= 100 + noise, anyPercent)
  .transform((value) => Math.min(100, Math.max(0, Number(value.toPrecision(12)))));

const split = z.object({
  weight: percent,
  // Strict: a part of an audience that is not known here must not be taken for a wider one.
  audience: z
    .strictObject({
      header: pair.optional(),
      cookie: pair.optional(),
      query: pair.optional(),
      path: text.optional(),
    })
    .nullable()
    .default(null),
  baseline: percent.optional(),
  granularity: z.number().gt(0).max(100).optional(),
  splitBy: z.enum(['request', 'user']).optional(),
});

const calls = ['split', 'read'] as const;

type HttpTraffic = Extract<TrafficPlan, { type: 'http' }>;

/** A splitter that answers the calls of docs/http-contract.md, or one of them. */
export const httpTraffic: Adapter<HttpTraffic, Traffic> = {
  uses: (plan) => contractUses(plan, calls),
  connect,
};

function connect(plan: HttpTraffic, grants: Grants): Traffic {
  const { has, effect, question } = contractCalls<(typeof calls)[number]>(
    'traffic',
    plan,
    createHttp(grants),
  );
  return {
    can: { split: has('split'), read: has('read') },
    split: (release, { weight, audience, baseline = 0 }, _backends, order) =>
      effect('split', release, { weight, audience, ...(baseline > 0 && { baseline }) }, order),
    read: (release, call) => question('read', release, {}, split, call),
  };
}
