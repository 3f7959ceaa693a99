import type { LimitEvidence, MetricVerdict, VerdictKind } from '../verdict.ts';
import type { Risk } from '../compared/comparing.ts';
import type { Criterion } from '../criteria.ts';
import { minSample } from '../evidence.ts';
import { overlap, placeOf, type MetricJudge } from '../metric-judge.ts';
import { boundsOf, exceedingEvidence, noExceeding, requestsToGo } from '../sequential/share-limit.ts';
import { thresholdJudge } from '../threshold.ts';
import { dispersionOf, exceededOf, keeping } from './counting.ts';
import { noLimitedEvidence, type LimitedEvidence } from './evidence.ts';
import { limitsOf, possibly, surely, type Limit } from './limit.ts';
import { evidenceOf } from './record.ts';
import { exceededSentence, keptSentence, openSentence, type Figures } from './sentences.ts';
import { after, take, tooFew } from './tick.ts';

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
      const behind = forTheRecord(criterion, limits, evidence, risk);
      return {
        name,
        gating,
        kind: kind(),
        because: `${because()}${leftOut}`,
        ...(behind !== undefined && { evidence: behind }),
      };
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

function withFailure(
  criterion: Criterion,
  evidence: LimitedEvidence,
  limits: readonly Limit[],
  risk: Risk,
): LimitedEvidence {
  if (evidence.failed !== undefined) return evidence;
  const { limited, look } = evidence;
  const exceeded = exceededOf(limits, limited, risk.alpha);
  if (exceeded !== undefined) {
    const figures = figuresOf(exceeded, evidence, surely, risk);
    return {
      ...evidence,
      failed: exceededSentence(criterion, exceeded, figures, risk),
      failedBy: evidenceOf(criterion, exceeded, limited, surely, risk),
    };
  }
  if (look?.kind !== 'fail') return evidence;
  return {
    ...evidence,
    failed: look.because,
    ...(look.evidence !== undefined && { failedBy: look.evidence }),
  };
}

/** Of what failed as it was then; undefined before there is enough for any verdict. */
function forTheRecord(
  criterion: Criterion,
  limits: readonly Limit[],
  evidence: LimitedEvidence,
  risk: Risk,
): LimitEvidence | undefined {
  const { failed, failedBy, look, limited, seen } = evidence;
  if (failed !== undefined) return failedBy;
  if (look !== undefined) return look.evidence;
  if (seen[1] < minSample(criterion)) return undefined;
  const [least] = limits.toSorted((one, other) => keeping(one, limited) - keeping(other, limited));
  return least && evidenceOf(criterion, least, limited, possibly, risk);
}

/** Why there cannot be a verdict yet; null if there can. */
function wanting(criterion: Criterion, { gap, look, seen: [, requests] }: LimitedEvidence): string | null {
  if (gap !== undefined) return gap;
  return look !== undefined || requests >= minSample(criterion) ? null : tooFew(criterion, requests);
}

function isKept(limit: Limit, { limited }: LimitedEvidence, { beta }: Risk): boolean {
  return keeping(limit, limited) >= 1 / beta;
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
    ? [keeping(limit, limited), 1 / beta]
    : [exceedingEvidence(limit.share, limited.exceeding[at] ?? noExceeding, counted), 1 / alpha];
  return requestsToGo(limit.share, counted, {
    evidence,
    needed,
    dispersion: dispersionOf(criterion, limited.blocks),
  });
}
