import type { Tick, Window } from '../samples.ts';
import type { MetricVerdict, Verdict, VerdictKind } from '../verdict.ts';
import { comparedJudge, isCompared } from './compared/compared.ts';
import type { Risk } from './compared/comparing.ts';
import { comparedAtNewStep } from './compared/evidence.ts';
import type { Criterion, JudgeState, MetricEvidence, ThresholdEvidence } from './criteria.ts';
import { noEvidence } from './evidence.ts';
import type { MetricJudge } from './metric-judge.ts';
import { joined } from './sentences.ts';
import { anyFailed, rejected } from './sequential/closed-testing.ts';
import { thresholdJudge } from './threshold.ts';

/** What a fold over new ticks gives. */
export interface Judgement {
  state: JudgeState;
  verdict: Verdict;
  /** The stretches of the new ticks that had a signal, neighbours joined: only they count as baked. */
  signalled: Window[];
}

/** One wrongly failed release in a hundred, one wrong pass of a metric in twenty. */
export const usualRisk: Risk = { alpha: 0.01, beta: 0.05 };

/** A judgement that goes on, tick by tick. */
export interface Judging {
  /** Takes one more tick in. False: it was counted before, and changes nothing. */
  add(tick: Tick): boolean;
  kind(): VerdictKind;
  verdict(): Verdict;
  state(): JudgeState;
}

/**
 * Folds new ticks into the state: the same ticks give the same state and verdict however they are cut into
 * calls, a tick that was counted before changes nothing, and none at all give the verdict of the state as it stands.
 *
 * Readings of a metric with limits are pooled until they make a look (`minSample`), which passes or fails; then the pool
 * starts anew, and what the look said stands until the next one. A metric that is compared with stable gathers evidence
 * from each tick. A gating metric that failed decides at once; then one without a signal in the newest tick; and only if
 * every gating metric passes is the verdict a pass.
 */
export function judge(
  criteria: readonly Criterion[],
  state: JudgeState,
  ticks: readonly Tick[],
  risk: Risk = usualRisk,
): Judgement {
  const judging = judgingOf(criteria, state, risk);
  const signalled: Window[] = [];
  for (const tick of ticks) {
    if (judging.add(tick) && judging.kind() !== 'no-signal') join(signalled, tick.window);
  }
  return { state: judging.state(), verdict: judging.verdict(), signalled };
}

/** Goes on with a judgement from a state. */
export function judgingOf(criteria: readonly Criterion[], state: JudgeState, risk: Risk): Judging {
  const judges = criteria.map((criterion) => judgeOf(criterion, own(state, criterion.name), risk));
  const compared = judges.filter(({ criterion }) => criterion.gating && isCompared(criterion));
  const gating = judges.filter(({ criterion }) => criterion.gating);
  return {
    add({ window, metrics }) {
      const fresh = judges.filter((one) => one.add(window, own(metrics, one.criterion.name)));
      if (fresh.length === 0 && judges.length > 0) return false;
      failTogether(compared, risk);
      return true;
    },
    kind: () => overall(gating.map((one) => one.kind())),
    verdict: () => verdictOf(judges.map((one) => one.verdict())),
    state: () => ({
      ...state,
      ...Object.fromEntries(judges.map((one) => [one.criterion.name, one.evidence()])),
    }),
  };
}

function judgeOf(criterion: Criterion, before: MetricEvidence | undefined, risk: Risk): MetricJudge {
  if (isCompared(criterion)) {
    return comparedJudge(criterion, before !== undefined && 'compared' in before ? before : undefined, risk);
  }
  return thresholdJudge(criterion, before !== undefined && 'looks' in before ? before : undefined);
}

/** The error of all compared metrics together is at most α: where it is shown that one of them is harmed, which. */
function failTogether(judges: readonly MetricJudge[], { alpha }: Risk): void {
  const evidence = judges.map((one) => one.harm() ?? 1);
  if (!anyFailed(evidence, alpha)) return;
  const named = rejected(evidence, alpha);
  const worst = evidence.indexOf(Math.max(...evidence));
  for (const at of named.length > 0 ? named : [worst]) judges[at]?.fail();
}

/**
 * At a new weight a look made at an earlier one does not stand, and what was gathered for the next one is let
 * go; the counts of looks and failures go on, since evidence accumulates over the steps.
 */
export function atNewStep(state: JudgeState): JudgeState {
  return Object.fromEntries(
    Object.entries(state).map(([name, evidence]) => [
      name,
      'compared' in evidence ? comparedAtNewStep(evidence) : thresholdAtNewStep(evidence),
    ]),
  );
}

function thresholdAtNewStep({
  until = null,
  looks,
  failed,
  failedInARow,
}: ThresholdEvidence): ThresholdEvidence {
  return { ...noEvidence, until, looks, failed, failedInARow };
}

function verdictOf(metrics: MetricVerdict[]): Verdict {
  const gating = metrics.filter((metric) => metric.gating);
  const kind = overall(gating.map((metric) => metric.kind));
  const deciding = gating.filter((metric) => metric.kind === kind);
  const because = joined(deciding.map((metric) => `${metric.name}: ${metric.because}`));
  return { kind, because: because === '' ? 'nothing is measured that decides' : because, metrics };
}

function overall(gating: readonly VerdictKind[]): VerdictKind {
  const order = ['fail', 'no-signal', 'inconclusive', 'pass'] as const;
  return order.find((kind) => gating.includes(kind)) ?? 'inconclusive';
}

function join(windows: Window[], { from, to }: Window): void {
  const last = windows.at(-1);
  if (last?.to === from) windows[windows.length - 1] = { from: last.from, to };
  else windows.push({ from, to });
}

/** A metric may be called `constructor`. */
function own<T>(record: Record<string, T>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}
