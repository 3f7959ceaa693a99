import { z } from 'zod';
import type { Step } from '../domain/steps.ts';
import { metric } from './metric.ts';
import { stepsRules } from './rules.ts';
import { bakeStep, gateStep, completeStep } from './step.ts';
import { target, traffic, completeTraffic } from './target.ts';
import { duration, headers, rate, url } from './values.ts';

const load = z
  .strictObject({
    type: z.literal('http'),
    url: url.optional().describe('Where the load goes; instead of path'),
    path: z
      .string()
      .startsWith('/')
      .optional()
      .describe("A path at the canary's own address, as its target gives it; instead of url"),
    method: z.enum(['GET', 'POST', 'PUT', 'DELETE', 'HEAD']).default('GET'),
    headers: headers.default({}),
    body: z.string().optional(),
    rate: rate.prefault('10/s'),
    duration: duration
      .prefault('10s')
      .describe('How long the canary alone is loaded before any live traffic'),
    bake: url.optional().describe('The front door: if given, the load goes on there during every bake'),
  })
  .refine((value) => (value.url === undefined) !== (value.path === undefined), {
    message: 'exactly one of url and path',
  });

const webhook = z.strictObject({ type: z.literal('webhook'), url, headers: headers.default({}) });

const onNoSignal = z.strictObject({
  hold: duration
    .prefault('30m')
    .describe('How long a rollout may go without a signal, in all, before `then`'),
  then: z.enum(['pause', 'roll-back']).default('pause'),
});

/** A rollout as its author writes it (input) and as the workflow runs it (output: complete, in ms). */
export const rolloutSchema = z
  .strictObject({
    service: z
      .string()
      .regex(/^[A-Za-z0-9][\w.-]*(\/[A-Za-z0-9][\w.-]*)*$/, 'a name or a path such as staging/checkout')
      .max(200),
    version: z.string().min(1).max(200),
    stable: z
      .string()
      .min(1)
      .max(200)
      .optional()
      .describe('What a take-back restores where the target cannot tell'),
    first: z.boolean().default(false).describe('Nothing serves yet: deploy and verify without a comparison'),
    target,
    traffic: traffic.optional(),
    load: load.optional(),
    every: duration.prefault('10s').describe('How often the metrics are looked at: a tick'),
    metrics: z.array(metric).max(50).default([]),
    steps: z
      .array(z.union([bakeStep, gateStep]))
      .min(1)
      .max(100),
    onNoSignal: onNoSignal.prefault({}),
    promote: z.literal('replace').default('replace'),
    notify: z
      .array(z.discriminatedUnion('type', [webhook]))
      .max(10)
      .default([]),
  })
  .superRefine(stepsRules)
  .transform((spec) => ({
    ...spec,
    traffic: spec.traffic ?? completeTraffic(spec.target),
    steps: spec.steps.map((step, at): Step => completeStep(step, at, spec.steps)),
  }));

/** A rollout as its author writes it. */
export type RolloutSpec = z.input<typeof rolloutSchema>;

/** A rollout as the workflow runs it: nothing left to default, durations in ms, shares as fractions of one. */
export type Plan = z.output<typeof rolloutSchema>;
export type TargetPlan = Plan['target'];
export type TrafficPlan = NonNullable<Plan['traffic']>;
export type LoadPlan = NonNullable<Plan['load']>;
export type MetricPlan = Plan['metrics'][number];
export type NotifyPlan = Plan['notify'][number];
