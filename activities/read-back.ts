import { cancellationSignal } from '@temporalio/activity';
import type { TrackState } from '../src/domain/rollout.ts';
import type { SplitInForce } from '../src/domain/split.ts';
import { deployerOf, trafficOf, type Outside } from './adapters.ts';
import type { EffectPlan } from './effects.ts';
import { whileBeating } from './heartbeat.ts';
import type { Release } from './ports.ts';

/** What the target says of itself; null where it cannot. */
export interface ReadBack {
  split: SplitInForce | null;
  stable: TrackState | null;
  canary: TrackState | null;
  /** Absent where there is to be none. */
  baseline?: TrackState;
}

/** Reads back all that the target can tell. */
export function readBack(outside: Outside) {
  return ({ plan, release }: { plan: EffectPlan; release: Release }): Promise<ReadBack> =>
    whileBeating(() => askAll(plan, release, outside));
}

async function askAll(plan: EffectPlan, release: Release, outside: Outside): Promise<ReadBack> {
  const call = { signal: cancellationSignal() };
  const deployer = deployerOf(plan, outside);
  const traffic = trafficOf(plan, outside);
  const { check } = deployer.can;
  // At once: one after the other, slow answers would outlast the attempt.
  const wantsBaseline = check && plan.baseline === 'fresh';
  const [split, stable, canary, baseline] = await Promise.all([
    traffic?.can.read === true ? traffic.read(release, call) : null,
    check ? deployer.check(release, 'stable', call) : null,
    check ? deployer.check(release, 'canary', call) : null,
    wantsBaseline ? deployer.check(release, 'baseline', call) : undefined,
  ]);
  return { split, stable, canary, ...(baseline !== undefined && { baseline }) };
}
