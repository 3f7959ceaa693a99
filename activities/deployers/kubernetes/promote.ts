/** Puts the new version into stable's own Deployment, and what it ran before back where that does not get ready. */
import { setTimeout as sleep } from 'node:timers/promises';
import { runsOnly } from '../../../src/domain/rollout.ts';
import { refused } from '../../failures.ts';
import { change } from '../../kubernetes/claim.ts';
import { deployments, type Deployment, type PodTemplate } from '../../kubernetes/kinds.ts';
import { hashOf } from '../../kubernetes/names.ts';
import type { Effect, Release } from '../../ports.ts';
import { forwardUntil } from '../../promotion-time.ts';
import { checkStable } from './check.ts';
import { runningOf, versionOf, type Place } from './stable.ts';
import { templateFor } from './template.ts';

/** Between two looks (ms). */
const between = 1_000;

/**
 * Every copy of stable runs the release's version, ready; or, where one does not get ready, what it ran before. It goes on
 * from wherever an earlier attempt was ended.
 *
 * @throws a non-retryable failure that says why a copy did not get ready
 */
export async function replaceAll(
  place: Place,
  release: Release,
  stable: Deployment,
  effect: Effect,
): Promise<void> {
  const { cluster, plan } = place;
  const { service, version } = release;
  const { signal, progress = () => undefined } = effect;
  const { name } = stable.metadata;
  const until = forwardUntil(plan.ready);
  const template = await templateFor(place, release, stable, signal);
  const changed = await change(cluster, deployments, name, effect, (found) => {
    // Edited since the template was made from it, by somebody else: it is made again.
    if (hashOf(found.spec.template) !== hashOf(stable.spec.template)) throw new Edited();
    return { ...found, spec: { ...found.spec, template } };
  }).catch((error: unknown) => {
    if (error instanceof Edited) return 'edited' as const;
    throw error;
  });
  if (changed === 'edited') {
    const again = await cluster.get(deployments, name, signal);
    if (again !== null) return replaceAll(place, release, again, effect);
  }
  if (changed === null || changed === 'edited') throw gone(name);
  const ours = hashOf(changed.spec.template);
  for (;;) {
    const now = await cluster.get(deployments, name, signal);
    if (now === null) throw gone(name);
    if (hashOf(now.spec.template) !== ours)
      throw refused(
        `promote ${version}: somebody has edited the Deployment ${name} meanwhile, and it is left as it is; see: kubectl rollout history deployment/${name}`,
      );
    const state = await checkStable(place, release, now, signal);
    if (runsOnly(version, state)) return;
    const { wanted = 0, ready = 0 } = state.copies ?? {};
    progress(
      `replacing the copies of ${name}: ${state.versions.join(' and ')}, ${String(ready)} of ${String(wanted)} ready`,
    );
    const late =
      performance.now() > until
        ? `${state.notReady ?? 'not every copy runs it'}, and the time for it is over`
        : undefined;
    const why = state.failed ?? late;
    if (why !== undefined) {
      await putBack(place, release, { name, ours, earlier: earlierOf(stable) }, effect);
      throw refused(`promote ${version}: ${why}; the Deployment ${name} has what it had before`);
    }
    await sleep(between, undefined, { signal });
  }

  /** As it was before this attempt; null where an earlier attempt has changed it. */
  function earlierOf({ spec }: Deployment): PodTemplate | null {
    return versionOf(spec.template, plan, service) === version ? null : spec.template;
  }
}

class Edited extends Error {}

function gone(name: string): Error {
  return refused(`promote: the Deployment ${name} is gone; somebody has deleted it`);
}

interface Back {
  name: string;
  /** Hash of the template that is taken back: any other is somebody else's. */
  ours: string;
  /** Null: it is looked up in the history of the Deployment. */
  earlier: PodTemplate | null;
}

async function putBack(
  place: Place,
  release: Release,
  { name, ours, earlier }: Back,
  effect: Effect,
): Promise<void> {
  const { cluster } = place;
  const now = await cluster.get(deployments, name, effect.signal);
  if (now === null) throw gone(name);
  const template = earlier ?? (await fromHistory(place, release, now, effect.signal));
  if (template === null)
    throw refused(
      `promote ${release.version}: it does not get ready, and the Deployment ${name} has kept nothing of ${release.stable ?? 'what it ran'} (revisionHistoryLimit); put that back by hand`,
    );
  await change(cluster, deployments, name, effect, (found) =>
    hashOf(found.spec.template) === ours ? { ...found, spec: { ...found.spec, template } } : found,
  );
  for (;;) {
    const found = await cluster.get(deployments, name, effect.signal);
    if (found === null) throw gone(name);
    const state = await checkStable(place, release, found, effect.signal);
    if (runsOnly(state.versions[0] ?? null, state) && state.versions[0] !== release.version) return;
    await sleep(between, undefined, { signal: effect.signal });
  }
}

/** The newest template of stable's version that the Deployment has kept. */
async function fromHistory(
  { plan, cluster }: Place,
  { service, stable }: Release,
  deployment: Deployment,
  signal: AbortSignal,
): Promise<PodTemplate | null> {
  const { sets } = await runningOf(cluster, deployment, signal);
  const revision = ({ metadata }: (typeof sets)[number]): number =>
    Number(metadata.annotations?.['deployment.kubernetes.io/revision'] ?? 0);
  const [newest] = sets
    .filter((set) => versionOf(set.spec.template, plan, service) === stable)
    .sort((one, other) => revision(other) - revision(one));
  if (newest === undefined) return null;
  const { metadata, spec } = newest.spec.template;
  const { 'pod-template-hash': _hash, ...labels } = metadata.labels ?? {};
  return { ...newest.spec.template, metadata: { ...metadata, labels }, spec };
}
