import { ActivityFailure, ApplicationFailure, CancellationScope } from '@temporalio/workflow';
import type { RolloutResult } from '../src/domain/rollout.ts';
import { capacityShare, firstBake, runsAtFirst, stepLabel } from '../src/domain/steps.ts';
import { noTraffic } from '../src/domain/split.ts';
import type { Plan, RolloutSpec } from '../src/spec/schema.ts';
import { checking, questions } from './engine/activities.ts';
import { admitted } from './engine/admission.ts';
import { refusalOf } from './engine/failures.ts';
import { unlessFull } from './engine/long.ts';
import { receiveMessages } from './people/inbox.ts';
import { caughtUp } from './place/behind.ts';
import { noticeResets } from './place/reset.ts';
import { bound, replace, resize, shift, survey } from './place/verbs.ts';
import { decideOn, isForward, isPromoted, moveTo, type AtStep } from './position.ts';
import { bake } from './procedure/bake.ts';
import { giveAllTraffic } from './procedure/all-traffic.ts';
import { calibrate } from './procedure/calibrate.ts';
import { outwaitEarlier } from './procedure/catch-up.ts';
import { passGate } from './procedure/gate.ts';
import { goUntilEnded } from './procedure/going.ts';
import { halt, obstacle } from './procedure/halt.ts';
import { holdWhileMoved } from './procedure/moved.ts';
import { mayAct } from './procedure/may-act.ts';
import { settle } from './procedure/settle.ts';
import { finishStep, stepAt } from './procedure/step.ts';
import { testAlone } from './procedure/test-alone.ts';
import { knowPlan, newState, type Carried, type Rollout, type RolloutState } from './state.ts';
import { lastNotices, tell, tellAgain } from './telling/notices.ts';
import { close, resultOf } from './telling/result.ts';
import { statusOf } from './telling/status-of.ts';
import { draw, enter, show } from './telling/story.ts';

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
  const rollout: Rollout = { spec, plan, state, going: Promise.resolve(), said, watching: false };
  draw(statusOf(state));
  tellAgain(rollout);

  if (isForward(state.position)) await goUntilEnded(rollout, goForward);
  return CancellationScope.nonCancellable(() => end(rollout));
}

async function completePlan(spec: RolloutSpec, state: RolloutState): Promise<Plan> {
  enter(state, 'preflight', 'Checking the spec');
  try {
    const plan = await checking('Check the spec and complete the plan').completeSpec(spec);
    knowPlan(state, plan);
    bound(state.place, plan);
    return plan;
  } catch (reason) {
    if (!(reason instanceof ActivityFailure)) throw reason;
    throw refuse(state, refusalOf(reason));
  }
}

/** What was accepted goes on, but the plan of an earlier run was made by a worker that nobody here knows. */
async function checkAgain(spec: RolloutSpec, { plan, state }: Carried): Promise<Plan> {
  try {
    return await checking('Check the spec again and complete the plan').completeSpec(spec, plan);
  } catch (reason) {
    if (!(reason instanceof ActivityFailure)) throw reason;
    // What the earlier run has done has to be taken back, with the only plan that there is.
    if (isForward(state.position))
      decideOn(state, { outcome: 'rolled-back', cause: `the spec is refused by now: ${refusalOf(reason)}` });
    return plan;
  }
}

/** Fails the workflow before any effect of its own. */
function refuse(state: RolloutState, why: string): ApplicationFailure {
  const left =
    state.place.behind === null
      ? ''
      : '; the rollout was reset in Temporal, so its canary may still run and get traffic';
  state.story.doing = `Refused: ${why}${left}`;
  show(state);
  return ApplicationFailure.nonRetryable(`${why}${left}`, 'SpecRefused');
}

/** The release procedure. Whatever stops it leads to the end by taking the canary back. */
async function goForward(rollout: Rollout): Promise<void> {
  const { state } = rollout;
  if (state.position.at === 'preparing') await prepare(rollout, state.position);
  while (state.position.at === 'step') await takeStep(rollout, state.position);
  await promote(rollout);
}

/** Up to a canary that is deployed and tested, and has no live traffic yet. */
async function prepare(rollout: Rollout, position: { surveyed: boolean }): Promise<void> {
  const { state } = rollout;
  const { surveyed } = position;
  if (!surveyed) {
    await preflight(rollout);
    await calibrate(rollout);
    position.surveyed = true;
  }
  if (!surveyed || state.place.share === 0) await deploy(rollout);
  await testAlone(rollout);
  moveTo(state, stepAt(0, state.labels.length));
}

async function takeStep(rollout: Rollout, at: AtStep): Promise<void> {
  const { plan, state } = rollout;
  const step = plan.steps[at.step];
  if (step === undefined) throw new Error(`the plan has no step ${String(at.step + 1)}`);
  if (plan.first && !runsAtFirst(step))
    finishStep(state, at.step, 'skipped', 'first release: nothing shares the traffic');
  else if (step.kind === 'gate') await passGate(rollout, at, step);
  else await bake(rollout, at, step);
}

/** Before anything is touched: the target can be reached, what serves now is known, and so is the undo. */
async function preflight(rollout: Rollout): Promise<void> {
  const { plan, state } = rollout;
  enter(state, 'preflight', 'Asking the target what runs and what it can do');
  const found = await questions('What runs, and what can the target do?').preflight({ plan });
  survey(state.place, found, plan);
  state.labels = plan.steps.map((step) => stepLabel(step, found.capabilities.granularity));
  if (found.leftover !== null) await shift(rollout, noTraffic);
  if (await outwaitEarlier(rollout)) await preflight(rollout);
}

/** The canary, small and on its own. */
async function deploy(rollout: Rollout): Promise<void> {
  const { plan, state } = rollout;
  await mayAct(rollout);
  const beside =
    plan.baseline === 'fresh'
      ? ` and, to compare it with, a baseline of ${state.place.stable.before ?? ''}`
      : '';
  enter(state, 'deploying', `Deploying the canary ${plan.version}${beside}`);
  await resize(rollout, capacityShare(firstBake(plan.steps)));
}

/** Extends the version to the whole system. */
async function promote(rollout: Rollout): Promise<void> {
  const { plan, state } = rollout;
  do {
    await mayAct(rollout);
    await holdWhileMoved(rollout);
  } while (state.paused !== null);
  moveTo(state, { at: 'promoting' });
  await giveAllTraffic(rollout);
  enter(state, 'promoting', `Extending ${plan.version} to the whole system`);
  await replace(rollout);
}

/** From the decision to an end that was read back. */
async function end(rollout: Rollout): Promise<RolloutResult> {
  const { plan, state } = rollout;
  for (;;) {
    const why = isPromoted(state.position) ? null : await unlessFull(rollout, () => obstacle(rollout));
    if (why === null) break;
    await halt(rollout, why);
    if (!isForward(state.position)) continue;
    caughtUp(state.place);
    await goUntilEnded(rollout, promote);
  }
  if (state.position.at === 'halted') decideOn(state, state.position.ending);
  const { position } = state;
  if (position.at === 'settling' && !position.stuck) {
    if (isPromoted(position))
      enter(state, 'promoting', `Every stable copy is ${plan.version}; taking the canary away`);
    else enter(state, 'restoring', `Taking the canary back: ${position.ending.cause}`);
  }
  const verified = await unlessFull(rollout, () => settle(rollout));

  close(state, verified);
  tell(rollout, 'ended', state.story.doing);
  await lastNotices(rollout);
  return resultOf(state);
}
