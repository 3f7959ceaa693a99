import type { StepRecord } from './rollout.ts';
import { bytesOf } from '../text/bytes.ts';
import { mostEvidence } from './size.ts';

/** What is said of a step whose evidence is no longer kept. */
const leftOut = ' (its figures are left out, there are too many to keep)';

/** The finished steps as they may be kept: where the evidence of all takes more than `mostEvidence` bytes, the oldest goes. */
export function boundedSteps(done: readonly StepRecord[]): StepRecord[] {
  let left = mostEvidence;
  return done
    .toReversed()
    .map((record) => {
      left -= bytesOf(record.evidence);
      if (left >= 0 || record.evidence === undefined) return record;
      const { evidence: _, ...rest } = record;
      return { ...rest, because: `${record.because}${leftOut}` };
    })
    .toReversed();
}
