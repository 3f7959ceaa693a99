/** Containers on a Docker engine: the canary is made from stable's own settings, and takes stable's place in the end. */
import type { DockerTarget } from '../../src/spec/docker.ts';
import { refused, turnedAway } from '../failures.ts';
import { imageName } from '../image-template.ts';
import type { Adapter, Deployer, Grants, Release, Use } from '../ports.ts';
import { tlsUses } from '../tls.ts';
import { allOver, ensureCopies, refuseOlder, takeAway, type Order } from './docker/beside.ts';
import { checkTrack, ownCopies, type Docker } from './docker/check.ts';
import { containersOf } from './docker/containers.ts';
import { createEngine } from './docker/engine.ts';
import { placeOf } from './docker/engine-place.ts';
import { findImage, needImage, registryUses } from './docker/image.ts';
import { nameOf, type Image } from './docker/inspected.ts';
import { ownVersion } from './docker/names.ts';
import { putBack, replaceAll } from './docker/replace.ts';
import { findStable, refuseUnclonable, stableVersion } from './docker/stable.ts';

/** A Docker engine. It cannot refuse late effects by itself, and says so. */
export const dockerDeployer: Adapter<DockerTarget, Deployer> = { uses, connect };

function uses(plan: DockerTarget): Use[] {
  const { url, socket } = placeOf(plan);
  return [
    ...(socket === null
      ? [{ at: 'engine', url }, ...tlsUses({ url, tls: plan.tls })]
      : [{ at: 'engine', socket }]),
    { at: 'image', image: plan.image },
    ...registryUses(plan, socket === null ? url : null),
    // The engine says where the copies are.
    ...(['health', 'reports'] as const).flatMap((at) => (plan[at] === undefined ? [] : [{ at, url: null }])),
  ];
}

function connect(plan: DockerTarget, grants: Grants): Deployer {
  const engine = createEngine(plan, grants);
  const containers = containersOf(engine);
  const docker: Docker = { plan, grants, engine, containers };

  return {
    can: { check: true, promote: true, remove: true },
    times: { ready: plan.ready, settle: 60_000, drain: plan.drain, late: 60_000 },
    replacesBehind: true,

    async check(release, track, { signal }) {
      return { ...(await checkTrack(docker, release, track, signal)), fence: false };
    },

    async deploy(release, { share, baseline }, effect) {
      const { signal, progress = () => undefined } = effect;
      const { service } = release;
      const copies = await findStable(plan, service, containers, signal);
      refuseUnclonable(copies, plan, service);
      await refuseOlder(docker, release, effect);
      const stables = copies.flatMap(({ live }) => live?.container ?? []);
      const [from, ...others] = stables;
      const stableImage = from === undefined ? null : await findImage(engine, from.Image, signal);
      if (from === undefined)
        throw turnedAway(`deploy: stable of ${service} is just being replaced; it is tried again`);
      if (stableImage === null)
        throw refused(
          `deploy: the image of ${nameOf(from)} (${from.Config.Image}) is no longer on the engine, so nobody can tell its settings from those of the image; pull it again`,
        );
      const common = {
        count: Math.max(1, Math.ceil((share / 100) * copies.length)),
        stables: [from, ...others],
        stableImage,
        memory: plan.memory ?? (from.HostConfig.Memory || (await memoryOf(copies.length, signal))),
      } satisfies Partial<Order>;
      const image = await imageOf(release, stableImage, progress, signal);
      await allOver([
        ensureCopies(
          docker,
          release,
          {
            ...common,
            track: 'canary',
            version: release.version,
            image,
            imageName: imageName(plan, service, release.version),
            env: plan.env,
          },
          effect,
        ),
        ensureCopies(
          docker,
          release,
          {
            ...common,
            track: 'baseline',
            count: baseline ? common.count : 0,
            version: release.stable ?? stableVersion(from, stableImage, plan, service),
            image: stableImage,
            imageName: from.Config.Image,
            env: {},
          },
          effect,
        ),
      ]);
    },

    async promote(release, effect) {
      const { signal, progress = () => undefined } = effect;
      refuseUnclonable(await findStable(plan, release.service, containers, signal), plan, release.service);
      await refuseOlder(docker, release, effect);
      const image = await imageOf(release, null, progress, signal);
      await replaceAll(docker, release, image, effect);
    },

    async remove(release, effect) {
      const { signal } = effect;
      await refuseOlder(docker, release, effect);
      const tracks = ['canary', 'baseline'] as const;
      const all = await Promise.all(
        tracks.map((track) => ownCopies(containers, release.service, track, signal)),
      );
      await takeAway(docker, all.flat(), signal);
      const halfway = (await findStable(plan, release.service, containers, signal)).some(
        ({ live }) => live === null,
      );
      if (halfway) await putBack(docker, release, signal);
    },
  };

  /** That of the canary that runs, whatever its name means by now: what was watched is what is promoted. */
  async function imageOf(
    release: Release,
    like: Image | null,
    progress: (what: string) => void,
    signal: AbortSignal,
  ): Promise<Image> {
    const canaries = await ownCopies(containers, release.service, 'canary', signal);
    const running = canaries.find(({ container }) => ownVersion(container) === release.version)?.container
      .Image;
    const found = running === undefined ? null : await findImage(engine, running, signal);
    if (found !== null) return found;
    const image = await needImage(engine, plan, release, like, grants, progress, signal);
    if (running === undefined || image.Id === running) return image;
    throw refused(
      `the canary runs the image ${running}, which is no longer on the engine, and ` +
        `${imageName(plan, release.service, release.version)} is another one by now (${image.Id}); start the rollout again`,
    );
  }

  /** Where stable has no limit: half of the engine's memory, for as many copies as stable has. */
  async function memoryOf(stables: number, signal: AbortSignal): Promise<number> {
    return Math.floor((await containers.memory(signal)) / 2 / stables);
  }
}
