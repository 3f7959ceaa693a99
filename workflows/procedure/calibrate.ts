import { ActivityFailure, isCancellation, patched } from '@temporalio/workflow';
import { remembers } from '../../src/domain/sources.ts';
import { lacksNoise } from '../../src/judge/criteria.ts';
import { lacksDispersion } from '../../src/judge/limited/limit.ts';
import { remembering } from '../engine/activities.ts';
import { sentenceOf } from '../engine/failures.ts';
import { releaseOf, type Rollout } from '../state.ts';
import { enter } from '../telling/story.ts';

/**
 * How much the metrics vary while nothing changes, from stable's past; kept with the rollout, so that it is judged alike
 * from its first tick to its last. Without an answer the rollout goes on: its own ticks have to show it.
 */
export async function calibrate(rollout: Rollout): Promise<void> {
  const { plan, state } = rollout;
  const metrics = plan.metrics.filter(
    (metric) =>
      remembers(metric) && (lacksNoise(metric) || (lacksDispersion(metric) && patched('limits-calibrated'))),
  );
  if (metrics.length === 0 || plan.first) return;
  enter(state, 'preflight', "Looking at a day of stable's past for what is usual");
  try {
    const found = await remembering('What is usual?').calibrate({ metrics, release: releaseOf(rollout) });
    const all = Object.entries(found);
    state.usual = all.map(([name, { said }]) => `${name}: ${said}`);
    state.noise = Object.fromEntries(
      all.flatMap(([name, { noise }]) => (noise === null ? [] : [[name, noise]])),
    );
  } catch (reason) {
    if (isCancellation(reason) || !(reason instanceof ActivityFailure)) throw reason;
    state.usual = [`the past of stable could not be read: ${sentenceOf(reason)}`];
  }
}
