import type { Look } from '../look.ts';
import type { LimitEvidence } from '../verdict.ts';
import type { ThresholdEvidence } from '../evidence.ts';
import { noBlocks, type BlockDispersion } from '../sequential/block-dispersion.ts';
import type { Exceeding } from '../sequential/share-limit.ts';
import type { Tally } from './limit.ts';

/** What is carried of a metric that is held to a limit by all its ticks together. */
export interface LimitedEvidence {
  /** End of the last tick, ms since 1970; null before the first. */
  until: number | null;
  limited: LimitedCounts;
  /** Of this weight: ticks that could be measured, their requests, and how many of the last ones in a row had none. */
  seen: [ticks: number, requests: number, quiet: number];
  /** What was said when the limit was shown to be exceeded; it stands until the weight changes. */
  failed?: string;
  /** What it was made from; absent in what was carried from before there was any. */
  failedBy?: LimitEvidence;
  /** Why the newest tick gave nothing; absent if it gave something. */
  gap?: string;
  /** Of a source that tells no more than a percentile: the newest look at it. */
  look?: Look;
  /** Of a metric that has a ratio to stable as well, which is judged look by look. */
  ratio?: ThresholdEvidence;
}

/** Over all steps. */
export interface LimitedCounts {
  all: Tally;
  /** The same, each tick divided by its dispersion. */
  weighed: Tally;
  /** Milliseconds of the ticks that had requests. */
  judged: number;
  /** Of each limit. */
  exceeding: Exceeding[];
  blocks: BlockDispersion;
}

export const noLimitedEvidence: LimitedEvidence = {
  until: null,
  limited: { all: [0, 0, 0], weighed: [0, 0, 0], judged: 0, exceeding: [], blocks: noBlocks },
  seen: [0, 0, 0],
};

/** Of a metric that was judged look by look before. */
export function fromLooks({ until = null }: ThresholdEvidence): LimitedEvidence {
  return { ...noLimitedEvidence, until };
}

/** At a new weight the evidence goes on, but the canary has to be measured at it too. */
export function limitedAtNewStep({ limited }: LimitedEvidence): LimitedEvidence {
  return { ...noLimitedEvidence, limited };
}
