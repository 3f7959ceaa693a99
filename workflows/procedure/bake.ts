import { decide, type Decision } from '../../src/domain/decide.ts';
import { capacityShare, stepLabel, type BakeStep } from '../../src/domain/steps.ts';
import { duration } from '../../src/text/duration.ts';
import { continueIfLong } from '../engine/long.ts';
import { wishOf } from '../people/asked.ts';
import { resize, shift } from '../place/verbs.ts';
import type { AtStep, Bake } from '../position.ts';
import { newWatch, now, type Rollout } from '../state.ts';
import { enter, hold } from '../telling/story.ts';
import { holdWhileDrifted } from './drift.ts';
import { holdWhileMoved } from './moved.ts';
import { TakeBack } from './take-back.ts';
import { mayAct } from './may-act.ts';
import { pause } from './pause.ts';
import { finishStep } from './step.ts';
import { watchChapter, type Watching } from './watch.ts';

/** Without a signal nothing is baked, so what is left of a bake would be watched again and again: at least this long (ms). */
const shortestHold = 60_000;

/**
 * One step with traffic: sizes the canary, shifts, and bakes until there is enough evidence to go on.
 *
 * @throws TakeBack when the canary has to go
 */
export async function bake(rollout: Rollout, at: AtStep, step: BakeStep): Promise<void> {
  const { state } = rollout;
  const bake = at.bake ?? (await begin(rollout, at, step));
  for (;;) {
    await holdWhileDrifted(rollout);
    const decision = nextOf(rollout, bake, step);
    const because = state.verdict?.because ?? 'nothing was measured';
    const wish = wishOf(state);
    if (wish?.verb === 'abort') throw new TakeBack('aborted', wish.text);
    if (decision === 'roll-back') throw new TakeBack('rolled-back', because);
    if (wish?.verb === 'promote') {
      // What is watched from here on, until stable may be replaced, is judged by all that is known.
      delete state.watch.warmUp;
      finishStep(state, at.step, 'promoted', wish.text);
      return;
    }
    if (decision === 'advance') {
      finishStep(state, at.step, 'advanced', because);
      return;
    }
    if (decision === 'extend') extend(rollout, bake, step);
    if (decision === 'pause') pauseForSignal(rollout, because);
    if (decision === 'hold')
      hold(
        state,
        state.verdict?.kind === 'no-signal' ? 'no-signal' : 'inconclusive',
        holding(rollout, because),
      );
    else enter(state, phaseOf(step), baking(rollout, step));
    await (state.watch.warmUp === undefined ? bakeOn(rollout, bake) : warmUpOn(rollout));
    await continueIfLong(rollout);
  }
}

async function begin(rollout: Rollout, at: AtStep, step: BakeStep): Promise<Bake> {
  const { state } = rollout;
  const { weight, audience, keepsStable } = step;
  await holdWhileDrifted(rollout);
  if (keepsStable === true) {
    await holdWhileMoved(rollout);
    // What remains of the steps was skipped by it, and the time for which stable is kept is none of them.
    state.asked.promote = null;
  }
  await mayAct(rollout);
  if (capacityShare(step) > state.place.share) {
    enter(state, 'deploying', `Making the canary large enough for ${stepLabel(step)}`);
    await resize(rollout, capacityShare(step));
    await mayAct(rollout);
  }
  if (weight !== null || audience !== null) {
    enter(state, phaseOf(step), `Shifting traffic: ${stepLabel(step)}`);
    await shift(rollout, { weight: weight ?? 0, audience });
  }
  state.watch = newWatch(state.watch.judge, state.watch.cursors);
  if (step.warmUp !== undefined) state.watch.warmUp = { left: step.warmUp, judge: {} };
  state.verdict = null;
  at.bake = { baked: 0, ...step.bake, since: null, ...(keepsStable === true && { keepsStable }) };
  return at.bake;
}

function nextOf({ plan, state }: Rollout, { min, max, baked }: Bake, step: BakeStep): Decision {
  const { paused, noSignal, verdict, watch } = state;
  return decide({
    verdict: verdict?.kind ?? null,
    baked,
    bake: { min, max },
    onInconclusive: step.onInconclusive,
    extended: watch.extended,
    paused: paused !== null,
    noSignal: { ...noSignal, then: plan.onNoSignal.then },
  });
}

/** One more chapter while the canary is young. The bake begins with the first one after it. */
async function warmUpOn(rollout: Rollout): Promise<void> {
  const { paused, watch } = rollout.state;
  if (watch.warmUp === undefined) return;
  const remaining = paused === null ? watch.warmUp.left : Infinity;
  watch.warmUp.left -= await watchOn(rollout, { remaining, passAfter: null });
  if (watch.warmUp.left <= 0) delete watch.warmUp;
}

/** One more chapter. */
async function bakeOn(rollout: Rollout, bake: Bake): Promise<void> {
  const { noSignal, verdict, ...state } = rollout.state;
  const { min, max, baked } = bake;
  const { spent, allowed } = noSignal;
  const paused = state.paused !== null;
  const signal = verdict?.kind !== 'no-signal';
  const left = Math.max(max - baked, signal ? 0 : shortestHold);
  const still = max > baked && !paused ? left : Infinity;
  const budget = spent < allowed && !signal ? allowed - spent : Infinity;
  if (!paused && signal) bake.since = now();
  const added = await watchOn(rollout, {
    remaining: Math.min(still, budget),
    passAfter: paused ? null : Math.max(0, min - baked),
  });
  Object.assign(bake, { baked: bake.baked + added, since: null });
}

/** A resume or a promote ends the chapter at once: it may have nothing more to wait for. */
function watchOn(rollout: Rollout, watched: Pick<Watching, 'remaining' | 'passAfter'>): Promise<number> {
  const { state } = rollout;
  const paused = state.paused !== null;
  const until = (): boolean => state.paused === null && (paused || state.asked.promote !== null);
  return watchChapter(rollout, { ...watched, until, deadline: Infinity });
}

function extend({ state }: Rollout, bake: Bake, step: BakeStep): void {
  state.watch.extended = true;
  bake.max += step.bake.max;
}

function pauseForSignal({ plan, state }: Rollout, because: string): void {
  pause(
    state,
    'coalmine',
    `no signal for ${duration(plan.onNoSignal.hold)} in all: ${because}. Resume it once it can be measured again, or abort it`,
  );
}

function phaseOf({ keepsStable }: BakeStep): 'keeping' | 'baking' {
  return keepsStable === true ? 'keeping' : 'baking';
}

function baking({ plan, state }: Rollout, step: BakeStep): string {
  const { warmUp } = state.watch;
  if (step.keepsStable === true)
    return `${plan.version} serves all traffic; stable ${state.place.stable.before ?? ''} is kept running for ${duration(step.bake.max)}. Abort to return all traffic to it, promote to end the wait`;
  if (warmUp !== undefined)
    return `Warming up at ${stepLabel(step)}, for ${duration(warmUp.left)} more: only limits are watched`;
  const own = step.weight !== null || step.audience !== null;
  return own ? `Baking at ${stepLabel(step)}` : 'Baking with the traffic that the target gives';
}

function holding({ plan: { onNoSignal }, state }: Rollout, because: string): string {
  const { verdict, noSignal } = state;
  return verdict?.kind === 'no-signal'
    ? `Holding the weight for want of a signal: ${because}. It goes on by itself once there is one; after ${duration(noSignal.allowed)} without, in all, it is ${onNoSignal.then === 'pause' ? 'paused' : 'taken back'}`
    : `Holding the weight, the bake is over and shows neither harm nor its absence: ${because}. Waiting for evidence, or for promote or abort`;
}
