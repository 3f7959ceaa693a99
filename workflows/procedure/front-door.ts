import { isCancellation } from '@temporalio/workflow';
import type { LoadResult } from '../../activities/generate-load.ts';
import type { Window } from '../../src/judge/samples.ts';
import { loading } from '../engine/activities.ts';
import { sentenceOf } from '../engine/failures.ts';
import { missedText } from './missed.ts';
import { releaseOf, type Rollout } from '../state.ts';

/** Load through the front door, beside a bake. */
export interface FrontDoorLoad {
  over: () => boolean;
  /** Requests that were answered well; null unless it ran to its end. */
  sent: () => number | null;
}

/**
 * Live-like load beside the bake; null if none is asked for. That it comes to nothing is said in the status, and decides
 * nothing.
 */
export function loadFrontDoor(rollout: Rollout, window: Window): FrontDoorLoad | null {
  const { load } = rollout.plan;
  if (load?.bake === undefined) return null;
  const { state } = rollout;
  let over = false;
  let sent: number | null = null;
  const input = { load, metrics: [], release: releaseOf(rollout), url: load.bake, window };
  loading('Load the front door', window.to - window.from)
    .generateLoad(input)
    .then(
      (report) => {
        state.loadFault = faultOf(report);
        sent = report.requests - report.errors;
      },
      (reason: unknown) => {
        if (!isCancellation(reason)) state.loadFault = sentenceOf(reason);
      },
    )
    .finally(() => (over = true));
  return { over: () => over, sent: () => sent };
}

function faultOf(report: LoadResult): string | null {
  const { requests, errors } = report;
  if (requests > 0 && errors === requests) return `all of its ${String(requests)} requests failed`;
  return missedText(report);
}
