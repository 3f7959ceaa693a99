import type { Client } from '@temporalio/client';
import { Rollouts } from '../../src/client.ts';
import type { RolloutResult } from '../../src/domain/rollout.ts';
import type { RolloutSpec } from '../../src/spec.ts';
import { watchedOf, type Watched } from './history.ts';
import type { QualityName, Release } from './releases.ts';
import type { Done, Service } from './service.ts';
import { longest } from './spec.ts';

/** `held`: it showed neither harm nor its absence for as long again as it may bake, and was aborted then. */
export const ends = ['promoted', 'taken back', 'held'] as const;
type End = (typeof ends)[number];

/** How one release went. */
export interface Run {
  release: number;
  quality: QualityName;
  service: string;
  end: End;
  cause: string;
  /** Milliseconds of the clock from the first weight until the end was ordered. */
  time: number;
  /** Requests that the canary had by then … */
  exposed: number;
  /** … and those of them that the last verdict was made from; NaN where there was none. */
  judged: number;
  watched: Watched;
}

/** Nobody waits longer for a rollout that bakes and then holds; deploys, splits and promotions take their time besides. */
const patience = 2 * longest + 60_000;

/** Releases a version of a service and stays until it has ended. */
export async function run(
  client: Client,
  service: Service,
  release: Release,
  spec: RolloutSpec,
): Promise<Run> {
  const rollouts = new Rollouts(client);
  service.quality = release.quality;
  service.done();
  const { rollout, runId } = await rollouts.start(spec);
  const reason = 'nobody waits longer for evidence';
  const timer = setTimeout(() => {
    rollouts.abort(service.name, { reason }).catch((error: unknown) => {
      console.error(error);
    });
  }, patience);
  const result = await rollouts.result(service.name);
  clearTimeout(timer);
  if (!result.verified) throw new Error(`${service.name}: it ended without being verified: ${result.cause}`);
  return {
    release: release.at,
    quality: release.quality,
    service: service.name,
    end: endOf(result),
    cause: result.cause,
    ...exposureOf(service.done(), result),
    watched: await watchedOf(client, rollout, runId),
  };
}

function endOf({ outcome }: RolloutResult): End {
  if (outcome === 'promoted') return 'promoted';
  return outcome === 'rolled-back' ? 'taken back' : 'held';
}

function exposureOf(
  done: readonly Done[],
  { steps, cause }: RolloutResult,
): Pick<Run, 'time' | 'exposed' | 'judged'> {
  const first = done.find(({ name }) => name.startsWith('split ') && name !== 'split 0');
  const last = done.find(({ name, at }) => at >= (first?.at ?? Infinity) && /^(split 0|promote)$/.test(name));
  if (first === undefined || last === undefined) throw new Error(`it has never had traffic: ${cause}`);
  const figures = steps.at(-1)?.evidence?.map(({ evidence }) => evidence?.canary.n ?? 0) ?? [];
  return {
    time: last.at - first.at,
    exposed: last.exposed,
    judged: figures.length === 0 ? NaN : Math.max(...figures),
  };
}
