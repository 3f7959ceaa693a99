import { z } from 'zod';
import { duration, headers, url } from './values.ts';

const httpTarget = z
  .strictObject({
    type: z.literal('http'),
    url: url.optional().describe('One URL for every call that has none of its own'),
    deploy: url.optional(),
    check: url.optional(),
    promote: url.optional(),
    remove: url.optional(),
    headers: headers.default({}),
    ready: duration.prefault('5m').describe('How long a deploy or a promotion may take until it is ready'),
  })
  .refine((value) => value.url !== undefined || value.deploy !== undefined, {
    message: 'a url for every call, or at least a deploy URL',
  });

const httpTraffic = z
  .strictObject({
    type: z.literal('http'),
    url: url.optional().describe('One URL for both calls'),
    split: url.optional(),
    read: url.optional(),
    headers: headers.default({}),
  })
  .refine((value) => value.url !== undefined || value.split !== undefined, {
    message: 'a url for both calls, or at least a split URL',
  });

/** What is released to. A new kind is one member here, one adapter and one registry line. */
export const target = z.discriminatedUnion('type', [httpTarget]);

/** How live traffic is split. */
export const traffic = z.discriminatedUnion('type', [httpTraffic]);

/** A target of one URL splits too, unless the spec names something else for it. */
export function completeTraffic(plan: z.output<typeof target>): z.output<typeof traffic> | undefined {
  return plan.url === undefined ? undefined : { type: 'http', url: plan.url, headers: plan.headers };
}
