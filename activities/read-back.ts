import { cancellationSignal } from '@temporalio/activity';
import type { Audience, Split, TrackState } from '../src/domain/rollout.ts';
import { audienceLabel } from '../src/domain/steps.ts';
import type { Plan } from '../src/spec/schema.ts';
import { deployerOf, trafficOf, type Outside } from './adapters.ts';
import { whileBeating } from './heartbeat.ts';
import type { Release } from './ports.ts';

/** What the target says of itself; null where it cannot. */
export interface ReadBack {
  split: Split | null;
  stable: TrackState | null;
  canary: TrackState | null;
}

/** Reads back all that the target can tell. */
export function readBack(outside: Outside) {
  return ({ plan, release }: { plan: Plan; release: Release }): Promise<ReadBack> =>
    whileBeating(
      () => undefined,
      () => askAll(plan, release, outside),
    );
}

async function askAll(plan: Plan, release: Release, outside: Outside): Promise<ReadBack> {
  const call = { signal: cancellationSignal() };
  const deployer = deployerOf(plan, outside);
  const traffic = trafficOf(plan, outside);
  const { check } = deployer.can;
  return {
    split: traffic?.can.read === true ? await traffic.read(release, call) : null,
    stable: check ? await deployer.check(release, 'stable', call) : null,
    canary: check ? await deployer.check(release, 'canary', call) : null,
  };
}

/** All copies of the track are alive and run this version alone. */
export function soleVersion(version: string): (state: TrackState) => boolean {
  return (state) => state.alive && state.versions.length === 1 && state.versions[0] === version;
}

export function sameSplit(wanted: Split): (found: Split) => boolean {
  return (found) => found.weight === wanted.weight && sameAudience(found.audience, wanted.audience);
}

export function describeSplit({ weight, audience }: Split): string {
  return audience === null ? `${String(weight)} %` : `${String(weight)} % and ${audienceLabel(audience)}`;
}

function sameAudience(found: Audience | null, wanted: Audience | null): boolean {
  return (found === null ? null : audienceLabel(found)) === (wanted === null ? null : audienceLabel(wanted));
}
