import { unmeasured, type Tick, type Window } from '../samples.ts';
import type { ComparisonEvidence, MetricVerdict, VerdictKind } from '../verdict.ts';
import type { Criterion } from '../criteria.ts';
import { overlap, placeOf, type MetricJudge } from '../metric-judge.ts';
import { number, percent } from '../../text/number.ts';
import { clipped, mostOfAReason } from '../sentences.ts';
import { silent } from '../silence.ts';
import { brief } from '../brief.ts';
import { isMismatch, noSampleRatio, withRequests } from '../sequential/sample-ratio.ts';
import {
  exposureOf,
  type Comparing,
  type Comparison,
  type Exposure,
  type Found,
  type Risk,
} from './comparing.ts';
import { noComparison, type ComparedEvidence } from './evidence.ts';
import { gaugeComparing } from './gauge.ts';
import { latencyComparing } from './latency.ts';
import { rateComparing } from './rate.ts';
import { neededText, stillNeeded } from './needed.ts';
import { caveat, failSentence, inconclusiveSentence, passSentence } from './sentences.ts';

/** A criterion that compares with stable at any moment. */
export type Compared = Criterion & { comparison: Comparison };

export function isCompared(criterion: Criterion): criterion is Compared {
  return criterion.comparison !== undefined;
}

/** More ticks than this share without a reading, and the rest may be a choice: no pass rests on them. */
const mostMissing = 0.2;

/** From this dispersion on it is said that only the rollout's own ticks tell it. */
const stormy = 2;

/** Judges one metric against stable, at any moment and as often as one likes. */
export function comparedJudge(
  criterion: Compared,
  before: ComparedEvidence = noComparison,
  risk: Risk,
): MetricJudge {
  const { name, gating, comparison } = criterion;
  const comparing = comparingOf(criterion, before.compared);
  // A gauge has no requests that could be shared out.
  const split = criterion.kind === 'gauge' ? {} : { share: comparison.share, unit: exposureOf(comparison) };
  // A few users make any share of the requests: that forbids a fail, which may be theirs, but no pass.
  const forbidsPass = comparison.counted !== 'requests of users';
  let evidence = before;
  /** How long the newest tick was, in ms; 0 where none came. */
  let tick = 0;

  const isOff = (): boolean => evidence.split !== undefined && isMismatch(evidence.split);
  const isPatchy = (): boolean => {
    const [measured, missing] = evidence.seen;
    return missing > mostMissing * (measured + missing);
  };
  const kind = (): VerdictKind => {
    if (evidence.failed !== undefined) return 'fail';
    if (evidence.gap !== undefined) return 'no-signal';
    const wanting = comparing.wanting();
    if (wanting !== null) return wanting.kind;
    return comparing.pass() >= 1 / risk.beta && !(forbidsPass && isOff()) && !isPatchy()
      ? 'pass'
      : 'inconclusive';
  };
  const stillToCome = (): string | null => {
    const [measured, , canary, , stable] = evidence.seen;
    if (criterion.kind === 'gauge' || measured === 0) return null;
    const traffic = { canary, stable, time: measured * tick };
    const numbers = forTheRecord(comparing.found(risk.alpha), risk);
    const needed = stillNeeded(numbers, comparison, traffic, comparing.dispersion());
    return neededText(needed, traffic, exposureOf(comparison));
  };
  const storm = (): string | null => {
    const { counts, bounds } = comparison.noise ?? {};
    const dispersion = comparing.dispersion();
    if (counts !== undefined || bounds !== undefined || dispersion < stormy) return null;
    return `its noise is not known, so its evidence counts ${number(dispersion)} times less: its ticks vary that much more than independent events do (set noise)`;
  };
  const because = (): string => {
    if (evidence.gap !== undefined) return evidence.gap;
    const wanting = comparing.wanting();
    if (wanting !== null) return wanting.because;
    if (forbidsPass && isOff()) {
      return `the canary does not get the ${percent(comparison.share ?? 0)} of the ${exposureOf(comparison)}s that its weight says, so that the arms are not alike: ${comparing.found(risk.alpha).figures}`;
    }
    if (kind() === 'pass') return passSentence(comparing.found(risk.beta), comparison, risk);
    const found = comparing.found(risk.alpha);
    const sentence = inconclusiveSentence(found, risk);
    if (!isPatchy()) return [sentence, stillToCome(), storm()].filter((text) => text !== null).join('; ');
    const [measured, missing] = evidence.seen;
    return `${sentence}; ${String(missing)} of ${String(measured + missing)} ticks gave nothing, too many for a pass`;
  };

  return {
    criterion,
    add(window, readings) {
      const place = placeOf(window, evidence.until);
      tick = window.to - window.from;
      if (place === 'repeated') return false;
      const taken = place === 'new' ? take(comparing, window, readings) : { missing: overlap };
      evidence = after(evidence, window, taken, split);
      return true;
    },
    kind,
    verdict(): MetricVerdict {
      if (evidence.failed !== undefined) return { name, gating, kind: 'fail', ...evidence.failed };
      const isKnown = comparing.wanting() === null;
      return {
        name,
        gating,
        kind: kind(),
        because: isKnown ? because() + caveat(comparison) : because(),
        ...(isKnown ? { evidence: forTheRecord(comparing.found(risk.alpha), risk) } : {}),
      };
    },
    harm: () => (comparing.wanting() === null && !isOff() ? comparing.harm() : 1),
    fail() {
      const found = atLeastTheMargin(comparing.found(risk.alpha), comparison);
      const because = failSentence(found, comparison, risk) + caveat(comparison);
      evidence = { ...evidence, failed: { because, evidence: forTheRecord(found, risk) } };
    },
    evidence: () => ({ ...evidence, compared: comparing.state() }),
  };
}

/** What shows harm may be sharper than the bounds are; of harm that began late the whole may show nothing. */
function atLeastTheMargin(found: Found, { failAbove }: Comparison): Found {
  const { ratio, atLeast } = found.evidence;
  if (ratio !== null && ratio <= failAbove) return found;
  return { ...found, evidence: { ...found.evidence, atLeast: Math.max(atLeast ?? 0, failAbove) } };
}

function forTheRecord({ evidence }: Found, { alpha, beta }: Risk): ComparisonEvidence {
  const { ratio, atLeast, atMost, harm, pass } = evidence;
  return {
    ...evidence,
    ratio: ratio === null ? null : brief(ratio),
    atLeast: atLeast === null ? null : brief(atLeast),
    atMost: atMost === null ? null : brief(atMost),
    harm: brief(harm),
    pass: brief(pass),
    needed: { harm: brief(1 / alpha), pass: brief(1 / beta) },
  };
}

function comparingOf(criterion: Compared, before: ComparedEvidence['compared']): Comparing {
  const { kind, comparison, minSample = 1 } = criterion;
  if (kind === 'latency') {
    return latencyComparing(comparison, minSample, before !== null && 'ratios' in before ? before : null);
  }
  if (kind === 'gauge')
    return gaugeComparing(comparison, before !== null && 'gauge' in before ? before : null);
  return rateComparing(comparison, minSample, before !== null && 'ratio' in before ? before : null);
}

function take(
  comparing: Comparing,
  { from, to }: Window,
  readings: Tick['metrics'][string] | undefined,
): Exposure | { missing: string } {
  if (readings === undefined) return unmeasured;
  return comparing.add(readings.canary, readings.stable ?? unmeasured, to - from);
}

function after(
  evidence: ComparedEvidence,
  { from, to }: Window,
  taken: Exposure | { missing: string },
  { share, unit = 'request' }: { share?: number | undefined; unit?: 'request' | 'user' },
): ComparedEvidence {
  const [measured, missing, ...requests] = evidence.seen;
  if ('missing' in taken) {
    const seen: ComparedEvidence['seen'] = [measured, missing + 1, ...requests];
    return { ...evidence, until: to, seen, gap: clipped(taken.missing, mostOfAReason) };
  }
  const [canary, canaryQuiet, stable, stableQuiet] = requests;
  const all = { canary: canary + taken.canary, stable: stable + taken.stable };
  const quiet = {
    canary: taken.canary === 0 ? canaryQuiet + 1 : 0,
    stable: taken.stable === 0 ? stableQuiet + 1 : 0,
  };
  const ticks = measured + 1;
  const gap =
    silent('the canary', { requests: all.canary, ticks, quiet: quiet.canary }, to - from) ??
    silent('stable', { requests: all.stable, ticks, quiet: quiet.stable }, to - from);
  const { gap: _before, ...rest } = evidence;
  return {
    ...rest,
    until: to,
    seen: [measured + 1, missing, all.canary, quiet.canary, all.stable, quiet.stable],
    ...(gap === null ? {} : { gap }),
    ...(share === undefined || share <= 0 || share >= 1
      ? {}
      : { split: withRequests(evidence.split ?? noSampleRatio, taken, { weight: share, unit }) }),
  };
}
