import { condition } from '@temporalio/workflow';
import { allClaimed } from '../../src/domain/claim.ts';
import type { GateStatus } from '../../src/domain/status.ts';
import type { GateStep } from '../../src/domain/steps.ts';
import { TakeBack } from './ending.ts';
import { continueIfLong } from '../engine/long.ts';
import { tell } from '../telling/notices.ts';
import { now, type Rollout } from '../state.ts';
import { finishStep } from './step.ts';
import { enter } from '../telling/story.ts';
import { approveGate } from '../people/verbs.ts';
import { watchChapter } from './watch.ts';

/**
 * Waits for people. The split stays as it is and judging goes on; the deadline runs on while paused.
 *
 * @throws TakeBack when the gate is rejected, its deadline passes or the canary fails meanwhile
 */
export async function passGate(rollout: Rollout, step: GateStep): Promise<void> {
  const { asked, status } = rollout.state;
  const gate = status.gate ?? open(rollout, step);
  const deadline = gate.deadline === null ? Infinity : Date.parse(gate.deadline);
  const approved = (): boolean => gate.approvals.length >= gate.need && status.paused === null;
  const settled = (): boolean => asked.reject !== null || approved() || now() >= deadline;
  for (;;) {
    if (asked.abort !== null) throw new TakeBack('aborted', asked.abort);
    if (status.verdict?.kind === 'fail') throw new TakeBack('rolled-back', status.verdict.because);
    if (asked.reject !== null) throw new TakeBack('aborted', asked.reject);
    if (approved()) {
      finishStep(rollout, 'advanced', `approved by ${allClaimed(gate.approvals)}`);
      return;
    }
    if (now() >= deadline) {
      atDeadline(rollout, step);
      return;
    }
    await wait(rollout, settled, deadline);
    await continueIfLong(rollout);
  }
}

function open(rollout: Rollout, step: GateStep): GateStatus {
  const { asked, status } = rollout.state;
  const { approve, need, by, within } = step;
  const deadline = within === null ? null : new Date(now() + within).toISOString();
  status.gate = { step: status.steps.at + 1, approve, need, by, approvals: [], deadline };
  if (asked.promote !== null) approveGate(status.gate, asked.promote.by);
  const who = by.length === 0 ? 'anyone' : by.join(', ');
  enter(rollout.state, 'waiting', `Waiting for approval to ${approve}: ${String(need)} of ${who}`);
  if (status.gate.approvals.length < need) tell(rollout, 'gate-opened', status.doing);
  return status.gate;
}

/** Judging goes on where the canary has been given traffic before the gate; at a first release it has not. */
async function wait(rollout: Rollout, settled: () => boolean, deadline: number): Promise<void> {
  const { plan, state } = rollout;
  const before = plan.steps.slice(0, state.status.steps.at);
  const baked = !plan.first && before.some(({ kind }) => kind === 'bake');
  if (baked) await watchChapter(rollout, { remaining: Infinity, passAfter: null, until: settled, deadline });
  else if (deadline === Infinity) await condition(settled);
  else await condition(settled, deadline - now(), { summary: 'The deadline of the gate' });
}

function atDeadline(rollout: Rollout, step: GateStep): void {
  const because = `nobody decided within the time of the gate (${step.approve})`;
  if (step.otherwise === 'roll-back') throw new TakeBack('rolled-back', because);
  finishStep(rollout, 'advanced', because);
}
