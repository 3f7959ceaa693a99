import type { Tick, Window } from '../samples.ts';
import type { MetricVerdict, Verdict, VerdictKind } from '../verdict.ts';
import type { Criterion, JudgeState, MetricEvidence } from './criteria.ts';
import { noEvidence } from './evidence.ts';
import { afterTick, metricVerdict } from './metric.ts';
import { joined } from './sentences.ts';

/** What a fold over new ticks gives. */
export interface Judgement {
  state: JudgeState;
  verdict: Verdict;
  /** The stretches of the new ticks that had a signal, neighbours joined: only they count as baked. */
  signalled: Window[];
}

/**
 * Folds new ticks into the state: the same ticks give the same state and verdict however they are cut into
 * calls, and none at all give the verdict of the state as it stands.
 *
 * Readings are pooled until they make a look (`minSample`), which passes or fails; then the pool starts anew,
 * and what the look said stands until the next one. A gating metric that failed decides at once; then one
 * without a signal in the newest tick; and only if every gating metric passes is the verdict a pass.
 */
export function judge(criteria: readonly Criterion[], state: JudgeState, ticks: readonly Tick[]): Judgement {
  let folded = state;
  const signalled: Window[] = [];
  for (const tick of ticks) {
    folded = withTick(criteria, folded, tick);
    if (verdictOf(criteria, folded).kind !== 'no-signal') join(signalled, tick.window);
  }
  return { state: folded, verdict: verdictOf(criteria, folded), signalled };
}

/**
 * At a new weight a look made at an earlier one does not stand, and what was gathered for the next one is let
 * go; the counts of looks and failures go on, since evidence accumulates over the steps.
 */
export function atNewStep(state: JudgeState): JudgeState {
  return Object.fromEntries(
    Object.entries(state).map(([name, { looks, failed, failedInARow }]) => [
      name,
      { ...noEvidence, looks, failed, failedInARow },
    ]),
  );
}

function withTick(criteria: readonly Criterion[], state: JudgeState, { metrics }: Tick): JudgeState {
  const next = criteria.map((criterion) => {
    const { name } = criterion;
    return [name, afterTick(criterion, evidenceOf(state, name), own(metrics, name))] as const;
  });
  return { ...state, ...Object.fromEntries(next) };
}

function verdictOf(criteria: readonly Criterion[], state: JudgeState): Verdict {
  const metrics = criteria.map((criterion) => metricVerdict(criterion, evidenceOf(state, criterion.name)));
  const gating = metrics.filter((metric) => metric.gating);
  const kind = overall(gating);
  const deciding = gating.filter((metric) => metric.kind === kind);
  const because = joined(deciding.map((metric) => `${metric.name}: ${metric.because}`));
  return { kind, because: because === '' ? 'nothing is measured that decides' : because, metrics };
}

function overall(gating: readonly MetricVerdict[]): VerdictKind {
  const order = ['fail', 'no-signal', 'inconclusive', 'pass'] as const;
  return order.find((kind) => gating.some((metric) => metric.kind === kind)) ?? 'inconclusive';
}

function join(windows: Window[], { from, to }: Window): void {
  const last = windows.at(-1);
  if (last?.to === from) windows[windows.length - 1] = { from: last.from, to };
  else windows.push({ from, to });
}

function evidenceOf(state: JudgeState, name: string): MetricEvidence {
  return own(state, name) ?? noEvidence;
}

/** A metric may be called `constructor`. */
function own<T>(record: Record<string, T>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}
