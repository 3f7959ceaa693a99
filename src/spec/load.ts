import { z } from 'zod';
import { duration, headers, rate, url } from './values.ts';

/**
 * The load of the test: against the canary alone, before any live traffic. Metrics whose source is `load`
 * judge it; where there is none, the plan gets one (see `loadErrors`).
 */
export const load = z
  .strictObject({
    type: z.literal('http'),
    url: url.optional().describe('Where the load goes; instead of path'),
    path: z
      .string()
      .max(2000)
      .regex(/^\/\S*$/, 'a path that begins with /')
      .optional()
      .describe("A path at the canary's own address, as its target gives it; instead of url"),
    method: z.enum(['GET', 'POST', 'PUT', 'DELETE']).default('GET'),
    headers: headers.default({}),
    body: z.string().max(100_000).optional().describe('What each request sends'),
    rate: rate.prefault('10/s').describe('Such as 50/s or 600/m; at most 10000/s'),
    duration: duration
      .prefault('10s')
      .describe('How long the canary alone is loaded before any live traffic'),
    bake: url.optional().describe('The front door: if given, the load goes on there during every bake'),
  })
  .refine(({ url, path }) => (url === undefined) !== (path === undefined), 'exactly one of url and path')
  .describe('Load against the canary alone, before any live traffic: the test');
