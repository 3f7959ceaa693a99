import { condition } from '@temporalio/workflow';
import { allClaimed } from '../../src/domain/claim.ts';
import type { GateStatus } from '../../src/domain/status.ts';
import type { GateStep } from '../../src/domain/steps.ts';
import { continueIfLong } from '../engine/long.ts';
import { wishOf } from '../people/asked.ts';
import { approveGate } from '../people/verbs.ts';
import type { AtStep } from '../position.ts';
import { now, type Rollout } from '../state.ts';
import { tell } from '../telling/notices.ts';
import { enter } from '../telling/story.ts';
import { checkPlace, holdWhileDrifted } from './drift.ts';
import { TakeBack } from './take-back.ts';
import { finishStep } from './step.ts';
import { watchChapter } from './watch.ts';

/**
 * Waits for people. The split stays as it is and judging goes on; the deadline runs on while paused.
 *
 * @throws TakeBack when the gate is rejected, its deadline passes or the canary fails meanwhile
 */
export async function passGate(rollout: Rollout, at: AtStep, step: GateStep): Promise<void> {
  const { state } = rollout;
  const gate = at.gate ?? open(rollout, at, step);
  const deadline = gate.deadline === null ? Infinity : Date.parse(gate.deadline);
  const approved = (): boolean => gate.approvals.length >= gate.need && state.paused === null;
  const settled = (): boolean => state.asked.reject !== null || approved() || now() >= deadline;
  for (;;) {
    const wish = wishOf(state);
    if (wish?.verb === 'abort') throw new TakeBack('aborted', wish.text);
    checkPlace(rollout);
    if (state.place.stable.down === true && (state.verdict?.kind === 'fail' || now() >= deadline)) {
      await holdWhileDrifted(rollout);
      wait(rollout, gate);
    }
    if (state.verdict?.kind === 'fail' && state.place.stable.down !== true)
      throw new TakeBack('rolled-back', state.verdict.because);
    if (wish?.verb === 'reject') throw new TakeBack('aborted', wish.text);
    if (approved()) {
      finishStep(state, at.step, 'advanced', `approved by ${allClaimed(gate.approvals)}`);
      return;
    }
    if (now() >= deadline) {
      atDeadline(rollout, at, step);
      return;
    }
    await watchOn(rollout, at, settled, deadline);
    await continueIfLong(rollout);
  }
}

function open(rollout: Rollout, at: AtStep, step: GateStep): GateStatus {
  const { state } = rollout;
  const { asked } = state;
  const { approve, need, by, within } = step;
  const deadline = within === null ? null : new Date(now() + within).toISOString();
  const gate: GateStatus = { step: at.step + 1, approve, need, by, approvals: [], deadline };
  at.gate = gate;
  if (asked.promote !== null) approveGate(gate, asked.promote.by);
  wait(rollout, gate);
  if (gate.approvals.length < need) tell(rollout, 'gate-opened', state.story.doing);
  return gate;
}

function wait({ state }: Rollout, { approve, need, by }: GateStatus): void {
  const who = by.length === 0 ? 'anyone' : by.join(', ');
  enter(state, 'waiting', `Waiting for approval to ${approve}: ${String(need)} of ${who}`);
}

/** Judging goes on where the canary has been given traffic before the gate; at a first release it has not. */
async function watchOn(
  rollout: Rollout,
  { step }: AtStep,
  settled: () => boolean,
  deadline: number,
): Promise<void> {
  const { plan } = rollout;
  const baked = !plan.first && plan.steps.slice(0, step).some(({ kind }) => kind === 'bake');
  if (baked) await watchChapter(rollout, { remaining: Infinity, passAfter: null, until: settled, deadline });
  else if (deadline === Infinity) await condition(settled);
  else await condition(settled, deadline - now(), { summary: 'The deadline of the gate' });
}

function atDeadline({ state }: Rollout, at: AtStep, step: GateStep): void {
  const because = `nobody decided within the time of the gate (${step.approve})`;
  if (step.otherwise === 'roll-back') throw new TakeBack('rolled-back', because);
  finishStep(state, at.step, 'advanced', because);
}
