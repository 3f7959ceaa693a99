import { z } from 'zod';

/** docs/http-contract.md, as this platform reads it. Members that it has no use for are ignored. */

const pair = z.object({ name: z.string(), value: z.string() });

const audience = z.object({
  header: pair.optional(),
  cookie: pair.optional(),
  query: pair.optional(),
  path: z.string().startsWith('/').optional(),
});

const weight = z.number().min(0).max(100);

export const splitSchema = z.object({ weight, audience: audience.nullable(), baseline: weight.optional() });

export const fenceSchema = z.object({ epoch: z.number(), number: z.number() });

const release = {
  service: z.string(),
  version: z.string(),
  fence: fenceSchema,
};

export const effectSchema = z.discriminatedUnion('call', [
  z.object({
    call: z.literal('deploy'),
    ...release,
    scope: z.enum(['canary', 'all']),
    share: z.number().min(0).max(100).default(100),
    /** As many copies of stable beside the canary, to compare it with. */
    baseline: z.boolean().default(false),
  }),
  z.object({ call: z.literal('split'), ...release, ...splitSchema.shape }),
  z.object({ call: z.literal('promote'), ...release }),
  z.object({ call: z.literal('remove'), ...release }),
]);

export const trackNames = ['stable', 'canary', 'baseline'] as const;

export const questionSchema = z.discriminatedUnion('call', [
  z.object({ call: z.literal('check'), track: z.enum(trackNames) }),
  z.object({ call: z.literal('read') }),
]);

export type Audience = z.infer<typeof audience>;
export type Split = z.infer<typeof splitSchema>;
export type Fence = z.infer<typeof fenceSchema>;
export type Effect = z.infer<typeof effectSchema>;
export type Question = z.infer<typeof questionSchema>;
export type TrackName = (typeof trackNames)[number];

/** What a call is answered with. */
export interface Answer {
  status: number;
  body: unknown;
}

/** The fence was stamped earlier than `last`: its attempt has been overtaken. */
export function isOlder(fence: Fence, last: Fence): boolean {
  return fence.epoch === last.epoch ? fence.number < last.number : fence.epoch < last.epoch;
}
