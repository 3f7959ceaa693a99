import { testCriteria, type Measured } from '../../judge/criteria.ts';
import { atNewStep, judge } from '../../judge/judge.ts';
import { bake, type Baked, type Ended } from './bake.ts';
import { judgesTest } from '../sources.ts';
import { bakes, type ForecastPlan } from './plan.ts';
import type { VerdictKind } from '../../judge/verdict.ts';
import type { World } from './world.ts';

/** How one simulated rollout ended. */
export interface Run {
  end: 'promoted' | 'taken-back' | 'held';
  /** Milliseconds. */
  time: number;
  /** Of the canary, by users. */
  requests: number;
  /** Of the canary alone; null where there is none, or nothing is known of it. */
  test: TestRun | null;
  steps: readonly StepRun[];
}

/** How the load against the canary alone was judged. */
interface TestRun {
  verdict: VerdictKind;
  requests: number;
  /** The metrics that failed. */
  failed: readonly string[];
}

/** How one of its steps did, and the step's place among all, from 0. */
export type StepRun = Baked & { at: number };

const ends: readonly Ended[] = ['taken-back', 'held'];

/**
 * Walks through the test and the steps of a rollout as the workflow does, with its judge, its decisions and its ticks;
 * deploys, tests and gates take no time. A rollout that holds is watched for as long again as all bakes may take, and then waits for a
 * person.
 *
 * @param metrics those of the plan that are simulated
 */
export function simulate(plan: ForecastPlan, metrics: readonly Measured[], world: World): Run {
  const all = bakes(plan);
  let patience = all.reduce((sum, { step }) => sum + step.bake.max, 0);
  let allowed = plan.onNoSignal.hold;
  let time = 0;
  let state = {};
  const test = testRun(plan, metrics, world);
  if (test?.verdict === 'fail') return { end: 'taken-back', time: 0, requests: 0, test, steps: [] };
  const steps: StepRun[] = [];
  for (const { at, step } of all) {
    const { judged, ...baked } = bake(step, { plan, metrics, world, now: time, patience, allowed, state });
    steps.push({ at, ...baked });
    time += baked.time;
    patience -= baked.held;
    allowed -= baked.silent;
    state = atNewStep(judged);
    if (ends.includes(baked.ended)) break;
  }
  const last = steps.at(-1)?.ended;
  return {
    end: last === 'taken-back' || last === 'held' ? last : 'promoted',
    time,
    requests: steps.reduce((sum, { requests }) => sum + requests, 0),
    test,
    steps,
  };
}

function testRun({ load }: ForecastPlan, metrics: readonly Measured[], world: World): TestRun | null {
  const criteria = testCriteria(metrics.filter(judgesTest));
  if (criteria.length === 0 || load?.rate === undefined) return null;
  const requests = Math.floor((load.rate * load.duration) / 1000);
  const tick = world.report({ from: 0, to: load.duration }, requests);
  const { verdict } = judge(criteria, {}, [tick]);
  const failed = verdict.metrics.filter(({ kind }) => kind === 'fail').map(({ name }) => name);
  return { verdict: verdict.kind, requests, failed };
}
