import { z } from 'zod';
import type { BakeStep, OnInconclusive, Step } from '../domain/steps.ts';
import { duration } from './values.ts';

const pair = z.strictObject({ name: z.string().min(1).max(100), value: z.string().min(1).max(200) });

const audience = z
  .strictObject({
    header: pair.optional(),
    cookie: pair.optional(),
    path: z.string().startsWith('/').optional(),
  })
  .refine((value) => Object.values(value).some((part) => part !== undefined), {
    message: 'a header, a cookie or a path',
  });

export const bakeStep = z.strictObject({
  weight: z.number().gt(0).max(100).optional().describe('Per cent of live traffic for the canary'),
  audience: audience.optional(),
  bake: z
    .union([duration, z.strictObject({ min: duration.optional(), max: duration })])
    .describe('How long the step is watched; with min and max it ends early on a pass'),
  onInconclusive: z.enum(['advance', 'hold', 'extend', 'roll-back']).optional(),
});

export const gateStep = z.strictObject({
  approve: z.string().min(1).max(200).describe('What is to be approved'),
  need: z.int().min(1).max(20).default(1).describe('How many different people'),
  by: z.array(z.string().min(1).max(100)).max(50).default([]).describe('Who may; empty: anyone'),
  within: duration.optional().describe('The deadline; without one the gate stays open'),
  otherwise: z.enum(['roll-back', 'advance']).default('roll-back'),
});

type AnyStep = z.output<typeof bakeStep> | z.output<typeof gateStep>;

/**
 * A step with its defaults. A step with neither weight nor audience waits for a pass, as the article's loop
 * does: its bake is a maximum, and what is not shown to be good by then is taken back.
 */
export function completeStep(step: AnyStep, at: number, all: AnyStep[]): Step {
  if ('approve' in step) return { kind: 'gate', ...step, within: step.within ?? null };
  const splits = step.weight !== undefined || step.audience !== undefined;
  const bake = typeof step.bake === 'number' ? { min: splits ? step.bake : 0, max: step.bake } : step.bake;
  return {
    kind: 'bake',
    weight: step.weight ?? null,
    audience: step.audience ?? null,
    bake: { min: bake.min ?? 0, max: bake.max },
    onInconclusive: step.onInconclusive ?? defaultOnInconclusive(at, all, splits),
  };
}

function defaultOnInconclusive(at: number, all: AnyStep[], splits: boolean): OnInconclusive {
  if (!splits) return 'roll-back';
  const below100 = (step: AnyStep): boolean => 'bake' in step && (step.weight ?? 0) < 100;
  const lastBelow100 = all.findLastIndex(below100);
  return at === lastBelow100 ? 'hold' : 'advance';
}

/** The steps of a plan that carry traffic, for decisions that gates have no part in. */
export function isBake(step: Step): step is BakeStep {
  return step.kind === 'bake';
}
