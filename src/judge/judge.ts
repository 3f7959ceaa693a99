import type { Tick, Window } from './samples.ts';
import type { MetricVerdict, Verdict, VerdictKind } from './verdict.ts';
import { comparedJudge, isCompared } from './compared/compared.ts';
import type { Risk } from './compared/comparing.ts';
import { comparedAtNewStep } from './compared/evidence.ts';
import type { Criterion } from './criteria.ts';
import type { ThresholdEvidence } from './evidence.ts';
import type { JudgeState, MetricEvidence } from './state.ts';
import { noEvidence } from './evidence.ts';
import { scoreJudge, type ScoreJudge } from './kayenta/score-judge.ts';
import { scoreAtNewStep, scoreName, type Scoring } from './kayenta/scoring.ts';
import { fromLooks, limitedAtNewStep } from './limited/evidence.ts';
import { isLimited } from './limited/limit.ts';
import { limitedJudge } from './limited/limited.ts';
import type { MetricJudge } from './metric-judge.ts';
import { own } from './own.ts';
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

/** How metrics are held against stable. */
export interface JudgePlan extends Risk {
  /** Of those that are scored together. */
  kayenta?: Scoring | undefined;
}

/** One wrongly failed release in a hundred, one wrong pass of a metric in twenty. */
const usual: JudgePlan = { alpha: 0.01, beta: 0.05 };

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
 * A metric that is compared with stable, or held to a limit of a share of requests, gathers evidence from each tick. Readings
 * of others are pooled until they make a look (`minSample`), which passes or fails; then the pool starts anew, and what the
 * look said stands until the next one. Those that are scored are judged together, as one that gates. A gating metric that
 * failed decides at once; then one without a signal in the newest tick; and only if every gating metric passes is the
 * verdict a pass.
 */
export function judge(
  criteria: readonly Criterion[],
  state: JudgeState,
  ticks: readonly Tick[],
  plan: JudgePlan = usual,
): Judgement {
  const judging = judgingOf(criteria, state, plan);
  const signalled: Window[] = [];
  for (const tick of ticks) {
    if (judging.add(tick) && judging.kind() !== 'no-signal') join(signalled, tick.window);
  }
  return { state: judging.state(), verdict: judging.verdict(), signalled };
}

/** Goes on with a judgement from a state. */
export function judgingOf(criteria: readonly Criterion[], state: JudgeState, plan: JudgePlan): Judging {
  const score = scoreOf(criteria, state, plan);
  const single = score === null ? criteria : criteria.filter(({ scored }) => scored === undefined);
  const judges = single.map((criterion) => judgeOf(criterion, own(state, criterion.name), plan));
  const compared = judges.filter(({ criterion }) => criterion.gating && isCompared(criterion));
  const gating = judges.filter(({ criterion }) => criterion.gating);
  return {
    add(tick) {
      const { window, metrics } = tick;
      const fresh = judges.filter((one) => one.add(window, own(metrics, one.criterion.name)));
      const isScored = score?.add(tick) ?? false;
      if (fresh.length === 0 && !isScored && criteria.length > 0) return false;
      failTogether(compared, plan);
      return true;
    },
    kind: () => overall([...gating.map((one) => one.kind()), ...(score === null ? [] : [score.kind()])]),
    verdict: () => verdictOf([...judges.map((one) => one.verdict()), ...(score?.verdicts() ?? [])]),
    state: () => ({
      ...state,
      ...Object.fromEntries(judges.map((one) => [one.criterion.name, one.evidence()])),
      ...(score === null ? {} : { [scoreName]: score.evidence() }),
    }),
  };
}

/** At weight 100 nothing is scored. */
function scoreOf(
  criteria: readonly Criterion[],
  state: JudgeState,
  { kayenta }: JudgePlan,
): ScoreJudge | null {
  const scored = criteria.filter((criterion) => criterion.scored !== undefined);
  if (kayenta === undefined || scored.length === 0) return null;
  const before = own(state, scoreName);
  return scoreJudge(kayenta, scored, before !== undefined && 'forming' in before ? before : undefined);
}

function judgeOf(criterion: Criterion, before: MetricEvidence | undefined, risk: Risk): MetricJudge {
  if (isCompared(criterion)) {
    return comparedJudge(criterion, before !== undefined && 'compared' in before ? before : undefined, risk);
  }
  const looks = before !== undefined && 'looks' in before ? before : undefined;
  if (!isLimited(criterion)) return thresholdJudge(criterion, looks);
  const limited = before !== undefined && 'limited' in before ? before : looks && fromLooks(looks);
  return limitedJudge(criterion, limited, risk);
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
 * go; the counts of looks and failures go on, since evidence accumulates over the steps. Its first tick begins when the
 * weight is in force, which may be a moment before the end of the last one where clocks differ.
 */
export function atNewStep(state: JudgeState): JudgeState {
  return Object.fromEntries(
    Object.entries(state).map(([name, evidence]) => [name, evidenceAtNewStep(evidence)]),
  );
}

function evidenceAtNewStep(evidence: MetricEvidence): MetricEvidence {
  if ('compared' in evidence) return comparedAtNewStep(evidence);
  if ('limited' in evidence) return limitedAtNewStep(evidence);
  return 'forming' in evidence ? scoreAtNewStep(evidence) : thresholdAtNewStep(evidence);
}

function thresholdAtNewStep({ looks, failed, failedInARow }: ThresholdEvidence): ThresholdEvidence {
  return { ...noEvidence, looks, failed, failedInARow };
}

function verdictOf(metrics: MetricVerdict[]): Verdict {
  const gating = metrics.filter((metric) => metric.gating);
  const kind = overall(gating.map((metric) => metric.kind));
  const deciding = gating.filter((metric) => metric.kind === kind);
  const because = joined(deciding);
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
