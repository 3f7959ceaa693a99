import type { Audience } from './rollout.ts';
import { weightInForce } from './weight.ts';

/** What happens at the end of a bake that showed neither harm nor its absence. */
export type OnInconclusive = 'advance' | 'hold' | 'extend' | 'roll-back';

/** A stage with traffic: a weight or an audience (or both, or neither: all that the target gives) and its bake. */
export interface BakeStep {
  kind: 'bake';
  /** Per cent of live traffic; null where the step has none of its own. */
  weight: number | null;
  audience: Audience | null;
  /** Milliseconds: `pass` advances from `min` on; `onInconclusive` decides at `max`. */
  bake: { min: number; max: number };
  onInconclusive: OnInconclusive;
  /** The canary's capacity in per cent of stable's; absent: as much as its weight. */
  capacity?: number;
  /** Milliseconds before the bake in which only limits are watched; absent: none. */
  warmUp?: number;
  /** The stay of `promote: swap`: stable has no traffic, is not touched, and is one shift away. Absent: any other bake. */
  keepsStable?: true;
}

/** A stage at which people must approve. */
export interface GateStep {
  kind: 'gate';
  /** What is to be approved. */
  approve: string;
  /** How many different people. */
  need: number;
  /** Who may; empty: anyone, named or not. */
  by: string[];
  /** Milliseconds until `otherwise` happens; it runs on while the rollout is paused. Null: for ever. */
  within: number | null;
  otherwise: 'roll-back' | 'advance';
}

export type Step = BakeStep | GateStep;

/**
 * A short name for people: `5%`, `33.3% (33% in force)`, `header x-canary=1`, `gate: release to everyone`,
 * `100%, stable kept`.
 *
 * @param granularity of the splitter, in per cent, where it is known
 */
export function stepLabel(step: Step, granularity?: number): string {
  if (step.kind === 'gate') return `gate: ${step.approve}`;
  const parts = [
    step.weight === null ? null : weightLabel(step.weight, granularity),
    step.audience === null ? null : audienceLabel(step.audience),
  ].filter((part) => part !== null);
  const label = parts.length === 0 ? 'bake' : parts.join(' and ');
  return step.keepsStable === true ? `${label}, stable kept` : label;
}

function weightLabel(weight: number, granularity?: number): string {
  const given = weightInForce(weight, granularity);
  return given === weight ? `${String(weight)}%` : `${String(weight)}% (${String(given)}% in force)`;
}

/** `header x-canary=1, path /beta`; the same audience has the same label. */
export function audienceLabel({ header, cookie, query, path }: Audience): string {
  return [
    header && `header ${header.name}=${header.value}`,
    cookie && `cookie ${cookie.name}=${cookie.value}`,
    query && `query ${query.name}=${query.value}`,
    path && `path ${path}`,
  ]
    .filter(Boolean)
    .join(', ');
}

/** At a first release nothing shares the traffic: only gates and steps that give the canary all of it have a use. */
export function runsAtFirst(step: Step): boolean {
  return step.kind === 'gate' || step.weight === 100;
}

/** The first step with traffic; null if there are gates alone. */
export function firstBake(steps: readonly Step[]): BakeStep | null {
  return steps.find((step) => step.kind === 'bake') ?? null;
}

/** The capacity that a step wants of the canary, as a share of stable's in per cent (at least 1). */
export function capacityShare(step: BakeStep | null): number {
  return step?.capacity ?? Math.max(1, step?.weight ?? 1);
}
