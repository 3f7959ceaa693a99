import { ActivityFailure, ApplicationFailure, CancellationScope, patched } from '@temporalio/workflow';
import type { RolloutResult } from '../src/domain/rollout.ts';
import { capacityShare, firstBake, runsAtFirst, stepLabel } from '../src/domain/steps.ts';
import { noTraffic } from '../src/domain/split.ts';
import type { Plan, RolloutSpec } from '../src/spec/schema.ts';
import { checking, questions } from './engine/activities.ts';
import { admitted } from './engine/admission.ts';
import { bake } from './procedure/bake.ts';
import { calibrate } from './procedure/calibrate.ts';
import { deployCanary, replaceStable, shiftTraffic } from './place/effect.ts';
import { refusalOf } from './procedure/ending.ts';
import { passGate } from './procedure/gate.ts';
import { goUntilEnded } from './procedure/going.ts';
import { halt, obstacle } from './procedure/halt.ts';
import { receiveMessages } from './people/inbox.ts';
import { holdWhileMoved } from './procedure/moved.ts';
import { unlessFull } from './engine/long.ts';
import { lastNotices, tell, tellAgain } from './telling/notices.ts';
import { noticeResets } from './place/reset.ts';
import { closeStatus, resultOf } from './telling/result.ts';
import { settle } from './procedure/settle.ts';
import { knowPlan, newState, type Carried, type Rollout, type RolloutState } from './state.ts';
import { finishStep, notPaused } from './procedure/step.ts';
import { draw, enter, show } from './telling/story.ts';
import { testAlone } from './procedure/test-alone.ts';

/**
 * One release of one version of one service, up to an end that was read back: promoted to the whole system, or
 * taken back. A taken-back rollout is a completed workflow; it fails only if its spec is refused before any
 * effect, or if a person gives up one that is stuck or halted.
 *
 * @param args the spec as its author writes it; a long rollout that continues as a new run adds what it takes along
 */
export async function rollout(...args: [spec: RolloutSpec, carried?: Carried]): Promise<RolloutResult> {
  const begin = admitted(args);
  const carried = typeof begin === 'string' ? null : begin.carried;
  const [spec] = args;
  const state = carried?.state ?? newState(spec);
  const said = receiveMessages(state);
  if (typeof begin === 'string') throw refuse(state, begin);
  noticeResets(state);
  const plan = await CancellationScope.nonCancellable(() =>
    carried === null ? completePlan(spec, state) : checkAgain(spec, carried),
  );
  const release: Rollout = { spec, plan, state, going: Promise.resolve(), said, watching: false };
  draw(state);
  tellAgain(release);

  if (state.ending === null) await goUntilEnded(release, goForward);
  return CancellationScope.nonCancellable(() => end(release));
}

async function completePlan(spec: RolloutSpec, state: RolloutState): Promise<Plan> {
  enter(state, 'preflight', 'Checking the spec');
  try {
    const plan = await checking('Check the spec and complete the plan').completeSpec(spec);
    knowPlan(state, plan);
    return plan;
  } catch (reason) {
    if (!(reason instanceof ActivityFailure)) throw reason;
    throw refuse(state, refusalOf(reason));
  }
}

/** What was accepted goes on, but the plan of an earlier run was made by a worker that nobody here knows. */
async function checkAgain(spec: RolloutSpec, { plan, state }: Carried): Promise<Plan> {
  if (!patched('carried-is-checked')) return plan;
  try {
    return await checking('Check the spec again and complete the plan').completeSpec(spec, plan);
  } catch (reason) {
    if (!(reason instanceof ActivityFailure)) throw reason;
    // What the earlier run has done has to be taken back, with the only plan that there is.
    state.ending ??= { outcome: 'rolled-back', cause: `the spec is refused by now: ${refusalOf(reason)}` };
    return plan;
  }
}

/** Fails the workflow before any effect of its own. */
function refuse(state: RolloutState, why: string): ApplicationFailure {
  const left = state.behind
    ? '; the rollout was reset in Temporal, so its canary may still run and get traffic'
    : '';
  state.status.doing = `Refused: ${why}${left}`;
  show(state);
  return ApplicationFailure.nonRetryable(`${why}${left}`, 'SpecRefused');
}

/** The release procedure. Whatever stops it leads to the end by taking the canary back. */
async function goForward(release: Rollout): Promise<void> {
  const { plan, state } = release;
  if (!state.prepared) {
    const again = state.surveyed === true;
    if (!again) {
      await preflight(release);
      await calibrate(release);
      state.surveyed = true;
    }
    if (!again || state.share === 0) await deploy(release);
    await testAlone(release);
    state.prepared = true;
  }
  for (const step of plan.steps.slice(state.status.steps.at)) {
    if (plan.first && !runsAtFirst(step))
      finishStep(release, 'skipped', 'first release: nothing shares the traffic');
    else if (step.kind === 'gate') await passGate(release, step);
    else await bake(release, step);
  }
  await promote(release);
}

/** Before anything is touched: the target can be reached, what serves now is known, and so is the undo. */
async function preflight(release: Rollout): Promise<void> {
  const { plan, state } = release;
  enter(state, 'preflight', 'Asking the target what runs and what it can do');
  const found = await questions('What runs, and what can the target do?').preflight({ plan });
  const { stable, capabilities, missing } = found;
  Object.assign(state.status, { stable, capabilities, missing });
  if (plan.despite !== undefined) state.status.deadStable = { uncompared: uncomparedOf(plan) };
  state.status.steps.labels = plan.steps.map((step) => stepLabel(step, capabilities.granularity));
  if (found.leftover !== null) await shiftTraffic(release, noTraffic);
}

function uncomparedOf({ metrics }: Plan): string[] {
  return metrics.filter(({ uncompared }) => uncompared === true).map(({ name }) => name);
}

/** The canary, small and on its own. */
async function deploy(release: Rollout): Promise<void> {
  const { plan, state } = release;
  await notPaused(state);
  const beside =
    plan.baseline === 'fresh' ? ` and, to compare it with, a baseline of ${state.status.stable ?? ''}` : '';
  enter(state, 'deploying', `Deploying the canary ${plan.version}${beside}`);
  await deployCanary(release, capacityShare(firstBake(plan.steps)));
}

/** Extends the version to the whole system. */
async function promote(release: Rollout): Promise<void> {
  const { plan, state } = release;
  await notPaused(state);
  await holdWhileMoved(release);
  enter(state, 'promoting', `Extending ${plan.version} to the whole system`);
  await replaceStable(release);
}

/** From the decision to an end that was read back. */
async function end(release: Rollout): Promise<RolloutResult> {
  const { plan, state } = release;
  for (;;) {
    const why =
      state.ending?.outcome === 'promoted' ? null : await unlessFull(release, () => obstacle(release));
    if (why === null) break;
    await halt(release, why);
    if (state.asked.promote === null) continue;
    state.behind = null;
    await goUntilEnded(release, promote);
  }
  const promoted = state.ending?.outcome === 'promoted';
  const stuck = state.doing === 'stuck' && patched('stuck-in-a-new-run');
  if (!stuck) {
    if (promoted) enter(state, 'promoting', `Every stable copy is ${plan.version}; taking the canary away`);
    else enter(state, 'restoring', `Taking the canary back: ${state.ending?.cause ?? ''}`);
  }
  await unlessFull(release, () => settle(release));

  closeStatus(release);
  tell(release, 'ended', state.status.doing);
  await lastNotices(release);
  return resultOf(release);
}
