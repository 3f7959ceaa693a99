import { condition } from '@temporalio/workflow';
import type { Notice } from '../../activities/ports.ts';
import { telling } from '../engine/activities.ts';
import { isFull } from '../engine/long.ts';
import { isoNow, type Rollout } from '../state.ts';
import { statusOf } from './status-of.ts';

/** Tells everybody whom the spec names, without holding anything up; sent again by the next run if need be. */
export function tell(rollout: Rollout, event: Notice['event'], text: string): void {
  const { rollout: id, service, version, phase, outcome } = statusOf(rollout.state);
  if (rollout.plan.notify.length === 0) return;
  const notice: Notice = { event, rollout: id, service, version, phase, outcome, text, at: isoNow() };
  rollout.state.notices.push(notice);
  send(rollout, notice);
}

/** What an earlier run of this rollout had told, and nobody knows whether it arrived. */
export function tellAgain(rollout: Rollout): void {
  for (const notice of rollout.state.notices) send(rollout, notice);
}

/** Gives the last notices a minute to arrive: the rollout's end waits no longer for somebody else's server. */
export async function lastNotices(rollout: Rollout): Promise<void> {
  const { state } = rollout;
  if (state.notices.length === 0) return;
  await condition(() => state.notices.length === 0 || isFull(rollout), '1 minute', {
    summary: 'Let the last notices arrive',
  });
}

function send({ plan, state }: Rollout, notice: Notice): void {
  const forget = (): void => {
    state.notices = state.notices.filter((other) => other !== notice);
  };
  const sent = plan.notify.map((to) => telling(`Tell of ${notice.event}`).notify({ to, notice }));
  Promise.allSettled(sent).then(forget, forget);
}
