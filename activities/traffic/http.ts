import { z } from 'zod';
import type { TrafficPlan } from '../../src/spec/schema.ts';
import { contractCalls } from '../http-contract.ts';
import { createHttp } from '../http.ts';
import type { Connect, Traffic } from '../ports.ts';

const pair = z.strictObject({ name: z.string(), value: z.string() });

const split = z.object({
  weight: z.number().min(0).max(100),
  // Strict: a part of an audience that is not known here must not be taken for a wider one.
  audience: z
    .strictObject({ header: pair.optional(), cookie: pair.optional(), path: z.string().optional() })
    .nullable()
    .default(null),
  baseline: z.number().min(0).max(100).optional(),
});

/** A splitter that answers the calls of docs/http-contract.md, or one of them. */
export const httpTraffic: Connect<Extract<TrafficPlan, { type: 'http' }>, Traffic> = (plan, grants) => {
  const { has, effect, question } = contractCalls<'split' | 'read'>('traffic', plan, createHttp(grants));
  return {
    can: { split: has('split'), read: has('read') },
    split: (release, { weight, audience, baseline = 0 }, order) =>
      effect('split', release, { weight, audience, ...(baseline > 0 && { baseline }) }, order),
    read: (release, call) => question('read', release, {}, split, call),
  };
};
