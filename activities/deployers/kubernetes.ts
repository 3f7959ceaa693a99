/** A Deployment of a Kubernetes cluster: the canary is a second one made from it, and the first gets the version in the end. */
import type { KubernetesTarget } from '../../src/spec/kubernetes.ts';
import { change } from '../kubernetes/claim.ts';
import { createCluster } from '../kubernetes/cluster.ts';
import { deployments } from '../kubernetes/kinds.ts';
import type { Adapter, Deployer, Grants, Use } from '../ports.ts';
import { ensureCopies, takeAway } from './kubernetes/beside.ts';
import { checkTrack } from './kubernetes/check.ts';
import type { Order } from './kubernetes/copies.ts';
import { replaceAll } from './kubernetes/promote.ts';
import {
  deploymentName,
  findStable,
  refuseOwned,
  serviceOf,
  versionOf,
  type Place,
} from './kubernetes/stable.ts';
import { imagesIn, templateFor } from './kubernetes/template.ts';

/** A Deployment. It refuses late effects by an annotation of it, which stays. */
export const kubernetesDeployer: Adapter<KubernetesTarget, Deployer> = { uses, connect };

function uses({ context = '', namespace, image, patch }: KubernetesTarget): Use[] {
  return [
    { at: 'namespace', context, namespace },
    ...(image === undefined ? [] : [{ at: 'image', image }]),
    ...imagesIn(patch).map((one) => ({ at: 'patch', image: one })),
  ];
}

function connect(plan: KubernetesTarget, grants: Grants): Deployer {
  const { context = '', namespace } = plan;
  const place: Place = { plan, grants, cluster: createCluster(context, namespace, grants) };
  const { cluster } = place;

  return {
    can: { check: true, promote: true, remove: true },
    times: { ready: plan.ready, settle: 120_000, drain: plan.drain, late: 60_000 },
    replacesBehind: true,

    check: (release, track, { signal }) => checkTrack(place, release, track, signal),

    async deploy(release, { share, baseline }, effect) {
      const { signal } = effect;
      const { service, version } = release;
      const stable = await claimStable(effect, service);
      const common = { stable, service: await serviceOf(place, stable, signal) };
      const part = Math.max(1, Math.ceil((share / 100) * stable.spec.replicas));
      const count = share >= 100 ? part : (plan.replicas ?? part);
      const canary: Order = {
        ...common,
        track: 'canary',
        count,
        version,
        template: await templateFor(place, release, stable, signal),
      };
      await ensureCopies(place, release, canary, effect);
      if (!baseline) return takeAway(place, release, ['baseline'], effect);
      const { template } = stable.spec;
      const stableVersion = release.stable ?? versionOf(template, plan, service);
      await ensureCopies(
        place,
        release,
        { ...common, track: 'baseline', count, version: stableVersion, template },
        effect,
      );
    },

    async promote(release, effect) {
      await replaceAll(place, release, await claimStable(effect, release.service), effect);
    },

    async remove(release, effect) {
      await change(cluster, deployments, deploymentName(plan, release.service), effect);
      await takeAway(place, release, ['canary', 'baseline'], effect);
    },
  };

  /** Before anything else: from then on no older effect does anything. */
  async function claimStable(effect: Parameters<Deployer['promote']>[1], service: string) {
    const stable = await findStable(place, service, effect.signal);
    await refuseOwned(place, stable, effect.signal);
    const claimed = await change(cluster, deployments, stable.metadata.name, effect);
    return claimed ?? findStable(place, service, effect.signal);
  }
}
