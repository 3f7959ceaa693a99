import { isCancellation } from '@temporalio/workflow';
import type { LoadResult } from '../activities/generate-load.ts';
import type { Window } from '../src/domain/samples.ts';
import { loading } from './activities.ts';
import { sentenceOf } from './ending.ts';
import { missedText } from './missed.ts';
import { releaseOf, type Rollout } from './state.ts';

/**
 * Live-like load beside the bake, if asked. That it comes to nothing is said in the status, and decides nothing.
 * The function given back says whether it is over.
 */
export function loadFrontDoor(rollout: Rollout, window: Window): () => boolean {
  const { load } = rollout.plan;
  if (load?.bake === undefined) return () => true;
  const { status } = rollout.state;
  let over = false;
  const input = { load, metrics: [], release: releaseOf(rollout), url: load.bake, window };
  loading('Load the front door', window.to - window.from)
    .generateLoad(input)
    .then(
      (report) => (status.loadFault = faultOf(report)),
      (reason: unknown) => {
        if (!isCancellation(reason)) status.loadFault = sentenceOf(reason);
      },
    )
    .finally(() => (over = true));
  return () => over;
}

function faultOf(report: LoadResult): string | null {
  const { requests, errors } = report;
  if (requests > 0 && errors === requests) return `all of its ${String(requests)} requests failed`;
  return missedText(report);
}
