import type { z } from 'zod';
import { complete } from './complete.ts';
import { checkRules } from './rules.ts';
import { shape } from './shape.ts';

/** A rollout as its author writes it (input) and as the workflow runs it (output: complete, in ms). */
export const rolloutSchema = shape
  .superRefine(checkRules, { when: () => true })
  .transform(complete)
  .meta({ title: 'A Coalmine rollout', description: 'One release of one version of one service' });

/** A rollout as its author writes it. */
export type RolloutSpec = z.input<typeof rolloutSchema>;

/** A rollout as the workflow runs it: nothing left to default, durations in ms, shares as fractions of one. */
export type Plan = z.output<typeof rolloutSchema>;
export type TargetPlan = Plan['target'];
export type TrafficPlan = NonNullable<Plan['traffic']>;
export type LoadPlan = NonNullable<Plan['load']>;
export type MetricPlan = Plan['metrics'][number];
export type NotifyPlan = Plan['notify'][number];
