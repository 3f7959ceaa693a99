import { decide, type Decision } from '../decide.ts';
import { judgesTest } from '../sources.ts';
import { bakeCriteria, type Criterion, type Measured } from '../../judge/criteria.ts';
import type { JudgeState } from '../../judge/state.ts';
import { judgingOf } from '../../judge/judge.ts';
import { baselineWeight } from '../weight.ts';
import type { BakeStep } from '../steps.ts';
import type { VerdictKind } from '../../judge/verdict.ts';
import { paceOf } from './pace.ts';
import type { ForecastPlan } from './plan.ts';
import type { World } from './world.ts';

/** `bake-over`: it went on without a pass. `held`: it waits for a person. */
export type Ended = 'passed' | 'bake-over' | 'taken-back' | 'held';

/** How one simulated bake went; times in milliseconds. */
export interface Baked {
  ended: Ended;
  verdict: VerdictKind;
  /** The metrics that failed. */
  failed: readonly string[];
  time: number;
  /** Of it: without a signal, and holding after the bake's end for evidence. */
  silent: number;
  held: number;
  /** Of the canary. */
  requests: number;
  /** How often the judge looked. */
  looks: number;
}

interface Surroundings {
  plan: ForecastPlan;
  metrics: readonly Measured[];
  world: World;
  /** Milliseconds since the rollout began. */
  now: number;
  /** How long it is watched while it holds, and how long it may go without a signal. */
  patience: number;
  allowed: number;
  state: JudgeState;
}

/** Bakes one step, tick by tick, until there is something else to do. */
export function bake(
  step: BakeStep,
  { plan, metrics, world, now, patience, allowed, state }: Surroundings,
): Baked & { judged: JudgeState } {
  const share = (step.weight ?? 0) / 100;
  const compared = plan.baseline === 'fresh' ? baselineWeight(step.weight ?? 0) / 100 : 1 - share;
  const criteria = decisive(metrics, step, plan);
  const judging = judgingOf(criteria, state, plan.judge);
  const pace = paceOf(plan.every, criteria);
  const { min } = step.bake;
  // What is counted meanwhile shows nothing: a clean canary keeps its limits.
  const { warmUp = 0 } = step;
  let { max } = step.bake;
  let [baked, silent, held] = [0, 0, 0];
  for (let looks = 1; ; looks += 1) {
    const from = now + warmUp + baked + silent;
    const length = pace(baked + silent, toGo(baked, { min, max }));
    if (criteria.length > 0)
      judging.add(world.tick({ from, to: from + length }, { canary: share, stable: compared }));
    const verdict = criteria.length > 0 ? judging.kind() : 'pass';
    if (verdict === 'no-signal') silent += length;
    else baked += length;
    const decision = decide({
      verdict,
      baked,
      bake: { min, max },
      onInconclusive: step.onInconclusive,
      extended: max > step.bake.max,
      paused: false,
      noSignal: { spent: silent, allowed, then: plan.onNoSignal.then },
    });
    if (decision === 'extend') max += step.bake.max;
    if (decision === 'hold' && verdict !== 'no-signal') held += length;
    if (goesOn(decision) && held <= patience) continue;
    const time = warmUp + baked + silent;
    return {
      ended: endOf(decision, verdict),
      verdict,
      failed: verdict === 'fail' ? failing(judging.verdict().metrics) : [],
      time,
      silent,
      held,
      requests: (world.rps * share * time) / 1000,
      looks,
      judged: judging.state(),
    };
  }
}

/** What decides a step: nothing where nobody knows how much traffic it has. */
export function decisive(
  metrics: readonly Measured[],
  { weight }: BakeStep,
  { baseline }: Pick<ForecastPlan, 'baseline'>,
): Criterion[] {
  if (weight === null) return [];
  const split = { weight, audience: null, ...(baseline === 'fresh' && { baseline: baselineWeight(weight) }) };
  const judging = metrics.filter((metric) => !judgesTest(metric));
  return bakeCriteria(judging, split).filter(({ gating }) => gating);
}

/** Milliseconds until something else may be decided than before. */
function toGo(baked: number, { min, max }: { min: number; max: number }): number {
  if (baked < min) return min - baked;
  return baked < max ? max - baked : Infinity;
}

function goesOn(decision: Decision): boolean {
  return decision === 'watch' || decision === 'extend' || decision === 'hold';
}

function endOf(decision: Decision, verdict: VerdictKind): Ended {
  if (decision === 'roll-back') return 'taken-back';
  if (decision === 'advance') return verdict === 'pass' ? 'passed' : 'bake-over';
  return 'held';
}

function failing(metrics: readonly { name: string; kind: VerdictKind }[]): string[] {
  return metrics.filter(({ kind }) => kind === 'fail').map(({ name }) => name);
}
