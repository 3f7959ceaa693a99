import { z } from 'zod';
import type { OnInconclusive, Step } from '../domain/steps.ts';
import { isVisible } from '../text/visible.ts';
import { duration, hidesNothing, line, token, whole } from './values.ts';

const exactly = 'its exact value, as text';
const instead = 'where a pattern is needed, let the proxy set a header of its own for those users';

/** What has a meaning in a regular expression and hardly one in a value. */
const pattern = /^\^|\.[*+]|\\[dwsbDWSB]|\[[^\]]*\][*+?{]|\([^)]*\|[^)]*\)/;

const pair = z.strictObject(
  {
    name: token,
    value: line(200)
      .refine((text) => !pattern.test(text), `${exactly}, not a regular expression; ${instead}`)
      .describe('Its exact value'),
  },
  {
    error: ({ code }) => (code === 'unrecognized_keys' ? `name, value (${exactly}; ${instead})` : undefined),
  },
);

/** A parameter of the query is named as its author likes. */
const queryPair = pair.extend({ name: line(200) });

const audience = z
  .strictObject({
    header: pair.optional(),
    cookie: pair.optional(),
    query: queryPair.optional(),
    path: z
      .string()
      .max(200)
      .regex(/^\/\S*$/, 'a path that begins with /')
      .refine(isVisible, hidesNothing)
      .refine(
        (path) => !/\*/.test(path) && !pattern.test(path),
        'a path without a pattern, such as /beta: what lies below it is meant, too',
      )
      .optional()
      .describe('/beta: requests to /beta and to what lies below it, such as /beta/x; not to /betamax'),
  })
  .refine(
    (value) => Object.values(value).some((part) => part !== undefined),
    'a header, a cookie, a query or a path',
  )
  .describe('Requests that go to the canary for what they carry; of several members, all');

const anyCapacity = 'a capacity from 1 to 100, in per cent of stable';
const anyWeight = 'a weight above 0 and at most 100';
const onInconclusive = ['advance', 'hold', 'extend', 'roll-back'] as const;

const bakeStep = z
  .strictObject({
    weight: z
      .number(anyWeight)
      .gt(0, anyWeight)
      .max(100, anyWeight)
      .optional()
      .describe('Per cent of live traffic for the canary; rises from step to step'),
    audience: audience.optional(),
    capacity: z
      .number(anyCapacity)
      .min(1, anyCapacity)
      .max(100, anyCapacity)
      .optional()
      .describe(
        "The canary's capacity in per cent of stable's. By default as much as the weight, at least 1; an audience may need " +
          'more. It is never made smaller from step to step',
      ),
    bake: z
      .union(
        [duration, z.strictObject({ min: duration.optional(), max: duration })],
        'a duration such as 5m, or { min: 5m, max: 30m }',
      )
      .describe(
        'How long the step is watched. With min and max it ends early on a pass; a plain duration is both, and ' +
          'where the step has neither weight nor audience it is the maximum',
      ),
    warmUp: duration
      .optional()
      .describe(
        'How long new copies may be slow or fail at first: it comes before the bake and beyond it, counts for no verdict, ' +
          'and only limits are watched meanwhile. By default there is none',
      ),
    onInconclusive: z
      .enum(onInconclusive)
      .optional()
      .describe(
        'What happens at the end of a bake that showed neither harm nor its absence. By default advance; on the ' +
          'last step below 100 hold; on a step with neither weight nor audience roll-back',
      ),
  })
  .describe('A bake: a weight, an audience, both or neither, and how long it is watched');

const gateStep = z
  .strictObject({
    approve: line(200).describe('What is to be approved'),
    need: whole(1, 20).default(1).describe('How many different people must approve'),
    by: z
      .array(line(100).transform((name) => name.normalize('NFC')))
      .max(50)
      .default([])
      .describe('Who may; empty: anyone'),
    within: duration.optional().describe('The deadline; without one the gate stays open'),
    otherwise: z.enum(['roll-back', 'advance']).default('roll-back').describe('What happens at the deadline'),
  })
  .describe('A gate: people must approve before the rollout goes on');

/** One stage of the plan as its author writes it. */
export const step = z.union(
  [bakeStep, gateStep],
  `either a bake (${keys(bakeStep)}) or a gate (${keys(gateStep)})`,
);

function keys({ shape }: { shape: object }): string {
  return Object.keys(shape).join(', ');
}

type AnyStep = z.output<typeof step>;

/**
 * A step with its defaults. A step with neither weight nor audience waits for a pass, as the article's loop
 * does: its bake is a maximum, and what is not shown to be good by then is taken back.
 */
function completeStep(step: AnyStep, at: number, all: AnyStep[]): Step {
  if ('approve' in step) return { kind: 'gate', ...step, within: step.within ?? null };
  const splits = step.weight !== undefined || step.audience !== undefined;
  const bake = typeof step.bake === 'number' ? { min: splits ? step.bake : 0, max: step.bake } : step.bake;
  return {
    kind: 'bake',
    weight: step.weight ?? null,
    audience: step.audience ?? null,
    bake: { min: bake.min ?? 0, max: bake.max },
    ...(step.capacity !== undefined && { capacity: step.capacity }),
    ...(step.warmUp !== undefined && { warmUp: step.warmUp }),
    onInconclusive: step.onInconclusive ?? defaultOnInconclusive(at, all, splits),
  };
}

/** How long `promote: swap` keeps stable where the spec does not say so (ms). */
const usualStay = 30 * 60_000;

/**
 * The steps with their defaults. `promote: swap` is a step of its own, after those of the author: all traffic at once, to a
 * canary that has had stable's size from the start.
 */
export function completeSteps({ steps, promote, keepStable = usualStay }: Stages): Step[] {
  const complete = steps.map(completeStep);
  if (promote !== 'swap') return complete;
  const stay: Step = {
    kind: 'bake',
    weight: 100,
    audience: null,
    bake: { min: keepStable, max: keepStable },
    onInconclusive: 'advance',
    keepsStable: true,
  };
  return [...complete.map((step) => (step.kind === 'bake' ? { ...step, capacity: 100 } : step)), stay];
}

interface Stages {
  steps: AnyStep[];
  promote: 'replace' | 'swap';
  /** Milliseconds. */
  keepStable?: number | undefined;
}

function defaultOnInconclusive(at: number, all: AnyStep[], splits: boolean): OnInconclusive {
  if (!splits) return 'roll-back';
  const lastBelow100 = all.findLastIndex((step) => 'bake' in step && (step.weight ?? 0) < 100);
  return at === lastBelow100 ? 'hold' : 'advance';
}
