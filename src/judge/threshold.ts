import type { Criterion } from './criteria.ts';
import { noEvidence, type ThresholdEvidence } from './evidence.ts';
import { afterGap, afterTick, metricVerdict } from './metric.ts';
import { overlap, placeOf, type MetricJudge } from './metric-judge.ts';

/** Judges one metric look by look, against its own limits and the ratio of a look's means to stable's. */
export function thresholdJudge(criterion: Criterion, before: ThresholdEvidence = noEvidence): MetricJudge {
  let evidence = before;
  return {
    criterion,
    add(window, readings) {
      const place = placeOf(window, evidence.until);
      if (place === 'repeated') return false;
      const next = place === 'new' ? afterTick(criterion, evidence, readings) : afterGap(evidence, overlap);
      evidence = { ...next, until: window.to };
      return true;
    },
    kind: () => metricVerdict(criterion, evidence).kind,
    verdict: () => metricVerdict(criterion, evidence),
    harm: () => null,
    fail: () => undefined,
    evidence: () => evidence,
  };
}
