import { decide, type Decision } from '../../src/domain/decide.ts';
import { capacityShare, stepLabel, type BakeStep } from '../../src/domain/steps.ts';
import { duration } from '../../src/text/duration.ts';
import { deployCanary, shiftTraffic } from '../place/effect.ts';
import { TakeBack } from './ending.ts';
import { continueIfLong } from '../engine/long.ts';
import { newWatch, now, pause, type Rollout, type Watch } from '../state.ts';
import { finishStep, notPaused } from './step.ts';
import { enter, hold } from '../telling/story.ts';
import { watchChapter, type Watching } from './watch.ts';

/** Without a signal nothing is baked, so what is left of a bake would be watched again and again: at least this long (ms). */
const shortestHold = 60_000;

/**
 * One step with traffic: sizes the canary, shifts, and bakes until there is enough evidence to go on.
 *
 * @throws TakeBack when the canary has to go
 */
export async function bake(rollout: Rollout, step: BakeStep): Promise<void> {
  const { asked, status } = rollout.state;
  if (status.bake === null) await begin(rollout, step);
  for (;;) {
    const decision = decideOn(rollout, step);
    const because = status.verdict?.because ?? 'nothing was measured';
    if (asked.abort !== null) throw new TakeBack('aborted', asked.abort);
    if (decision === 'roll-back') throw new TakeBack('rolled-back', because);
    if (asked.promote !== null && status.paused === null) {
      // What is watched from here on, until stable may be replaced, is judged by all that is known.
      delete rollout.state.watch.warmUp;
      finishStep(rollout, 'promoted', asked.promote.text);
      return;
    }
    if (decision === 'advance') {
      finishStep(rollout, 'advanced', because);
      return;
    }
    if (decision === 'extend') extend(rollout, step);
    if (decision === 'pause') pauseForSignal(rollout, because);
    if (decision === 'hold')
      hold(
        rollout.state,
        status.verdict?.kind === 'no-signal' ? 'no-signal' : 'inconclusive',
        holding(rollout, because),
      );
    else enter(rollout.state, 'baking', baking(step, rollout.state.watch));
    await (rollout.state.watch.warmUp === undefined ? bakeOn(rollout, step) : warmUpOn(rollout));
    await continueIfLong(rollout);
  }
}

async function begin(rollout: Rollout, step: BakeStep): Promise<void> {
  const { state } = rollout;
  const { weight, audience } = step;
  await notPaused(state);
  if (capacityShare(step) > state.share) {
    enter(state, 'deploying', `Making the canary large enough for ${stepLabel(step)}`);
    await deployCanary(rollout, capacityShare(step));
    await notPaused(state);
  }
  if (weight !== null || audience !== null) {
    enter(state, 'baking', `Shifting traffic: ${stepLabel(step)}`);
    await shiftTraffic(rollout, { weight: weight ?? 0, audience });
  }
  state.watch = newWatch(state.watch.judge, state.watch.cursors);
  if (step.warmUp !== undefined) state.watch.warmUp = { left: step.warmUp, judge: {} };
  state.status.verdict = null;
  state.status.bake = { baked: 0, ...step.bake, since: null };
}

function decideOn({ plan, state }: Rollout, step: BakeStep): Decision {
  const { bake, paused, noSignal, verdict } = state.status;
  const { min, max, baked } = bake ?? { ...step.bake, baked: 0 };
  return decide({
    verdict: verdict?.kind ?? null,
    baked,
    bake: { min, max },
    onInconclusive: step.onInconclusive,
    extended: state.watch.extended,
    paused: paused !== null,
    noSignal: { ...noSignal, then: plan.onNoSignal.then },
  });
}

/** One more chapter while the canary is young. The bake begins with the first one after it. */
async function warmUpOn(rollout: Rollout): Promise<void> {
  const { status, watch } = rollout.state;
  if (watch.warmUp === undefined) return;
  const remaining = status.paused === null ? watch.warmUp.left : Infinity;
  watch.warmUp.left -= await watchOn(rollout, { remaining, passAfter: null });
  if (watch.warmUp.left <= 0) delete watch.warmUp;
}

/** One more chapter. */
async function bakeOn(rollout: Rollout, step: BakeStep): Promise<void> {
  const { status } = rollout.state;
  const { min, max, baked } = status.bake ?? { ...step.bake, baked: 0 };
  const { spent, allowed } = status.noSignal;
  const paused = status.paused !== null;
  const signal = status.verdict?.kind !== 'no-signal';
  const left = Math.max(max - baked, signal ? 0 : shortestHold);
  const still = max > baked && !paused ? left : Infinity;
  const budget = spent < allowed && !signal ? allowed - spent : Infinity;
  if (status.bake !== null && !paused && signal) status.bake.since = now();
  const added = await watchOn(rollout, {
    remaining: Math.min(still, budget),
    passAfter: paused ? null : Math.max(0, min - baked),
  });
  if (status.bake !== null) Object.assign(status.bake, { baked: status.bake.baked + added, since: null });
}

/** A resume or a promote ends the chapter at once: it may have nothing more to wait for. */
function watchOn(rollout: Rollout, watched: Pick<Watching, 'remaining' | 'passAfter'>): Promise<number> {
  const { asked, status } = rollout.state;
  const paused = status.paused !== null;
  const until = (): boolean => status.paused === null && (paused || asked.promote !== null);
  return watchChapter(rollout, { ...watched, until, deadline: Infinity });
}

function extend({ state }: Rollout, step: BakeStep): void {
  state.watch.extended = true;
  if (state.status.bake !== null) state.status.bake.max += step.bake.max;
}

function pauseForSignal({ plan, state }: Rollout, because: string): void {
  pause(
    state,
    'coalmine',
    `no signal for ${duration(plan.onNoSignal.hold)} in all: ${because}. Resume it once it can be measured again, or abort it`,
  );
}

function baking(step: BakeStep, { warmUp }: Watch): string {
  if (warmUp !== undefined)
    return `Warming up at ${stepLabel(step)}, for ${duration(warmUp.left)} more: only limits are watched`;
  const own = step.weight !== null || step.audience !== null;
  return own ? `Baking at ${stepLabel(step)}` : 'Baking with the traffic that the target gives';
}

function holding({ plan: { onNoSignal }, state }: Rollout, because: string): string {
  const { verdict, noSignal } = state.status;
  return verdict?.kind === 'no-signal'
    ? `Holding the weight for want of a signal: ${because}. It goes on by itself once there is one; after ${duration(noSignal.allowed)} without, in all, it is ${onNoSignal.then === 'pause' ? 'paused' : 'taken back'}`
    : `Holding the weight, the bake is over and shows neither harm nor its absence: ${because}. Waiting for evidence, or for promote or abort`;
}
