import type { Tick, Window } from '../../samples.ts';
import type { MetricVerdict, VerdictKind } from '../../verdict.ts';
import type { Risk } from '../compared/comparing.ts';
import type { Criterion } from '../criteria.ts';
import { minSample, pooled } from '../evidence.ts';
import { lookAtNumbers, type Look } from '../look.ts';
import { overlap, placeOf, type MetricJudge } from '../metric-judge.ts';
import { clipped, count, mostOfAReason, number } from '../sentences.ts';
import {
  boundsOf,
  exceedingEvidence,
  keepingEvidence,
  noExceeding,
  requestsToGo,
} from '../sequential/share-limit.ts';
import { thresholdJudge } from '../threshold.ts';
import { dispersionOf, exceededOf, tallyOf, withTally } from './counting.ts';
import { noLimitedEvidence, type LimitedEvidence } from './evidence.ts';
import { limitsOf, possibly, surely, type Limit, type Tally } from './limit.ts';
import { exceededSentence, keptSentence, openSentence, type Figures } from './sentences.ts';

/** Judges one metric against its limits, at any moment and as often as one likes. */
export function limitedJudge(
  criterion: Criterion,
  before: LimitedEvidence = noLimitedEvidence,
  risk: Risk,
): MetricJudge {
  const { name, gating } = criterion;
  const limits = limitsOf(criterion);
  const ratio = ratioJudge(criterion, before);
  let evidence = before;

  const own = (): VerdictKind => {
    if (wanting(criterion, evidence) !== null) return 'no-signal';
    if (evidence.look !== undefined) return evidence.look.kind;
    return limits.every((limit) => isKept(limit, evidence, risk)) ? 'pass' : 'inconclusive';
  };
  const kind = (): VerdictKind => (evidence.failed === undefined ? worst(own(), ratio?.kind()) : 'fail');
  const because = (): string => {
    if (evidence.failed !== undefined) return evidence.failed;
    const said = [
      ...(own() === kind() ? [openOrKept(criterion, limits, evidence, risk)] : []),
      ...(ratio?.kind() === kind() ? [ratio.verdict().because] : []),
    ];
    return [...new Set(said)].join(' and ');
  };

  return {
    criterion,
    add(window, readings) {
      const place = placeOf(window, evidence.until);
      if (place === 'repeated') return false;
      ratio?.add(window, readings);
      const taken = place === 'new' ? take(criterion, readings) : { missing: overlap };
      evidence = after(criterion, evidence, window, taken);
      evidence = withFailure(criterion, evidence, limits, risk);
      return true;
    },
    kind,
    verdict: (): MetricVerdict => {
      const leftOut = criterion.uncompared === true ? '; not compared with stable, which was dead' : '';
      return { name, gating, kind: kind(), because: `${because()}${leftOut}` };
    },
    harm: () => null,
    fail: () => undefined,
    evidence() {
      const looks = ratio?.evidence();
      return looks !== undefined && 'looks' in looks ? { ...evidence, ratio: looks } : evidence;
    },
  };
}

/** Of a metric that is held to a multiple of stable's as well. */
function ratioJudge(criterion: Criterion, { ratio }: LimitedEvidence): MetricJudge | null {
  if (criterion.maxRatio === undefined && criterion.minRatio === undefined) return null;
  return thresholdJudge({ ...criterion, max: undefined, min: undefined, uncompared: undefined }, ratio);
}

function worst(one: VerdictKind, other: VerdictKind = 'pass'): VerdictKind {
  const order = ['fail', 'no-signal', 'inconclusive'] as const;
  return order.find((kind) => one === kind || other === kind) ?? 'pass';
}

/** What one tick gives: counts, or of a source that tells no more than a percentile a look at it, or nothing. */
type Taken = { tally: Tally } | { look: Look } | { missing: string };

function take(criterion: Criterion, readings: Tick['metrics'][string] | undefined): Taken {
  const reading = readings?.canary;
  if (criterion.kind === 'latency' && reading !== undefined && 'value' in reading && !('slower' in reading)) {
    const canary = pooled(criterion.kind, reading);
    if ('missing' in canary) return canary;
    const { max } = criterion;
    return canary.n >= minSample(criterion)
      ? {
          look: lookAtNumbers(
            { ...criterion, max, maxRatio: undefined, minRatio: undefined },
            { canary, stable: canary },
          ),
        }
      : { missing: tooFew(criterion, canary.n) };
  }
  const tally = tallyOf(criterion, reading);
  return 'missing' in tally ? tally : { tally };
}

/** The canary is silent after this many ticks in a row without a request … */
const silence = 3;

/** … in which so many would have been expected by those before. */
const expected = 10;

function after(
  criterion: Criterion,
  { limited, seen, failed, look }: LimitedEvidence,
  { from, to }: Window,
  taken: Taken,
): LimitedEvidence {
  const stands = { ...(failed !== undefined && { failed }) };
  if ('missing' in taken) {
    const gap = clipped(taken.missing, mostOfAReason);
    return { until: to, limited, seen, ...stands, gap, ...(look !== undefined && { look }) };
  }
  if ('look' in taken) return { until: to, limited, seen, ...stands, look: taken.look };
  const { tally } = taken;
  const [ticks, requests, quiet] = seen;
  const now: LimitedEvidence['seen'] = [ticks + 1, requests + tally[0], tally[0] === 0 ? quiet + 1 : 0];
  const gap = silent(now, to - from);
  return {
    until: to,
    limited: withTally(criterion, limited, tally, to - from),
    seen: now,
    ...stands,
    ...(gap !== null && { gap }),
  };
}

function silent([ticks, requests, quiet]: LimitedEvidence['seen'], every: number): string | null {
  if (quiet < silence || (requests * quiet) / Math.max(1, ticks - quiet) < expected) return null;
  return `the canary had no requests for ${String((quiet * every) / 1000)} s`;
}

function withFailure(
  criterion: Criterion,
  evidence: LimitedEvidence,
  limits: readonly Limit[],
  risk: Risk,
): LimitedEvidence {
  if (evidence.failed !== undefined) return evidence;
  const { until, limited, seen, gap, look } = evidence;
  const exceeded = exceededOf(limits, limited, risk.alpha);
  const failed =
    exceeded === undefined
      ? look?.kind === 'fail'
        ? look.because
        : undefined
      : exceededSentence(criterion, exceeded, figuresOf(exceeded, evidence, surely, risk), risk);
  if (failed === undefined) return evidence;
  return {
    until,
    limited,
    seen,
    failed,
    ...(gap !== undefined && { gap }),
    ...(look !== undefined && { look }),
  };
}

/** Why there cannot be a verdict yet; null if there can. */
function wanting(criterion: Criterion, { gap, look, seen: [, requests] }: LimitedEvidence): string | null {
  if (gap !== undefined) return gap;
  return look !== undefined || requests >= minSample(criterion) ? null : tooFew(criterion, requests);
}

function tooFew(criterion: Criterion, requests: number): string {
  return `${number(requests)} of the ${count(minSample(criterion), 'request')} that a verdict needs`;
}

function isKept(limit: Limit, { limited }: LimitedEvidence, { beta }: Risk): boolean {
  return keepingEvidence(limit.share, possibly(limit, limited.weighed)) >= 1 / beta;
}

function openOrKept(
  criterion: Criterion,
  limits: readonly Limit[],
  evidence: LimitedEvidence,
  risk: Risk,
): string {
  const without = wanting(criterion, evidence);
  if (without !== null) return without;
  if (evidence.look !== undefined) return evidence.look.because;
  const open = limits.filter((limit) => !isKept(limit, evidence, risk));
  const said = (limit: Limit): string => {
    const figures = figuresOf(limit, evidence, possibly, risk);
    if (open.length === 0) return keptSentence(criterion, limit, figures, risk);
    return openSentence(criterion, limit, figures, { toGo: toGo(criterion, limit, evidence, risk), risk });
  };
  return (open.length === 0 ? limits : open).map(said).join(' and ');
}

function figuresOf(
  limit: Limit,
  { limited: { all, weighed } }: LimitedEvidence,
  of: typeof surely,
  risk: Risk,
): Figures {
  return { ...of(limit, all), bounds: boundsOf(of(limit, weighed), risk) };
}

function toGo(
  criterion: Criterion,
  limit: Limit,
  { limited }: LimitedEvidence,
  { alpha, beta }: Risk,
): number | null {
  const counted = possibly(limit, limited.all);
  const at = limitsOf(criterion).findIndex(({ isLeast }) => isLeast === limit.isLeast);
  const isBelow = counted.events <= limit.share * counted.total;
  const [evidence, needed] = isBelow
    ? [keepingEvidence(limit.share, possibly(limit, limited.weighed)), 1 / beta]
    : [exceedingEvidence(limit.share, limited.exceeding[at] ?? noExceeding, counted), 1 / alpha];
  return requestsToGo(limit.share, counted, {
    evidence,
    needed,
    dispersion: dispersionOf(criterion, limited.blocks),
  });
}
