import type { WaitingLoad } from '../../client.ts';
import { claimed } from '../../domain/claim.ts';
import type { RolloutStatus } from '../../domain/status.ts';
import { visible, visibleIn } from '../../text/visible.ts';
import { sentence, stopped } from './text.ts';

/**
 * What is new since the last look, one plain line each: for logs, where nothing can be drawn over. The clock
 * of a bake is nothing new.
 */
export function changes(before: RolloutStatus | null, now: RolloutStatus): string[] {
  return visibleIn([
    ...messages(before, now),
    ...approvals(before, now),
    ...verdict(before, now),
    ...finishedSteps(before, now),
    ...stand(before, now),
  ]);
}

/** A load that has begun to wait. */
export function waitingChange(waiting: WaitingLoad | null): string[] {
  return waiting === null ? [] : [visible(`the load waits ${waiting.why}`)];
}

function stand(before: RolloutStatus | null, now: RolloutStatus): string[] {
  const { phase, weight, steps, doing, outcome, cause, verified } = now;
  if (outcome !== null) {
    if (before?.outcome === outcome) return [];
    return [`${outcome}: ${stopped(cause ?? doing)}${verified === false ? ' Not verified.' : ''}`];
  }
  const same =
    before !== null && before.phase === phase && before.weight === weight && before.doing === doing;
  if (same && before.steps.at === steps.at) return [];
  const label = steps.labels[steps.at];
  const step = label === undefined ? '' : `, step ${steps.at + 1} of ${steps.labels.length} (${label})`;
  return [`${phase}${step}, canary at ${weight}%: ${sentence(doing)}`];
}

function verdict(before: RolloutStatus | null, { verdict: now }: RolloutStatus): string[] {
  if (now === null) return [];
  if (before?.verdict?.kind === now.kind && before.verdict.because === now.because) return [];
  return [`verdict ${now.kind}: ${stopped(now.because)}`];
}

function finishedSteps(before: RolloutStatus | null, { steps }: RolloutStatus): string[] {
  return steps.done
    .slice(before?.steps.done.length ?? 0)
    .map(({ step, label, ended, because }) => `step ${step} (${label}) ${ended}: ${stopped(because)}`);
}

function approvals(before: RolloutStatus | null, { gate }: RolloutStatus): string[] {
  if (gate === null || before?.gate?.step !== gate.step) return [];
  if (before.gate.approvals.length === gate.approvals.length) return [];
  return [`gate ${gate.step}: ${gate.approvals.length} of ${gate.need} approvals`];
}

function messages(before: RolloutStatus | null, { messages: now }: RolloutStatus): string[] {
  const last = before?.messages.at(-1);
  const known =
    last === undefined
      ? -1
      : now.findLastIndex(({ at, verb, text }) => at === last.at && verb === last.verb && text === last.text);
  return now.slice(known + 1).map(({ verb, by, reason, handled, text }) => {
    const why = reason === null ? '' : ` (${reason})`;
    return `${verb} by ${claimed(by)}${why}: ${stopped(text)}${handled ? '' : ' Without effect.'}`;
  });
}
