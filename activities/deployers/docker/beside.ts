/** Copies beside stable: made from its settings, looked at before they are started, and taken away. */
import { createHash } from 'node:crypto';
import { isOlder, newestOf } from '../../../src/domain/fence.ts';
import type { Fence } from '../../../src/domain/rollout.ts';
import { isAnswer, overtaken, refused, turnedAway } from '../../failures.ts';
import type { Effect, Release } from '../../ports.ts';
import type { Docker } from './check.ts';
import { ownCopies } from './check.ts';
import { clone } from './clone.ts';
import type { Seen } from './containers.ts';
import { nameOrId } from './image.ts';
import { nameOf, type Image, type Inspected } from './inspected.ts';
import { intrusions } from './isolation.ts';
import { copyName, fenceOf, isOurs, labelled, labels } from './names.ts';

/** What the copies of a track are to be. */
export interface Order {
  track: 'canary' | 'baseline';
  count: number;
  version: string;
  image: Image;
  /** The name under which the image is known, for people; it is used only while it means this image. */
  imageName: string;
  env: Readonly<Record<string, string | null>>;
  /** The containers of stable. The first is what copies are made from. */
  stables: readonly [Inspected, ...Inspected[]];
  /** Of which stable was made. */
  stableImage: Image;
  /** Bytes. */
  memory: number;
}

/** Makes it so that as many copies run, and no others of this track. */
export async function ensureCopies(
  docker: Docker,
  release: Release,
  order: Order,
  { fence, signal }: Effect,
): Promise<void> {
  const { containers } = docker;
  const present = await ownCopies(containers, release.service, order.track, signal);
  const names = Array.from({ length: order.count }, (_, at) =>
    copyName(release.service, order.track, at + 1),
  );
  const kept = present.filter(
    ({ container }) => names.includes(nameOf(container)) && isOf(container, order, fence),
  );
  await takeAway(
    docker,
    present.filter((one) => !kept.includes(one)),
    signal,
  );
  await allOver(
    names.map(async (name) => {
      const there = kept.find(({ container }) => nameOf(container) === name);
      if (there === undefined) await makeAndStart(docker, release, order, name, { fence, signal });
      else if (!there.container.State.Running) await startIsolated(docker, order, there.container, signal);
    }),
  );
}

/** Of this rollout, with this version and image. */
function isOf(container: Inspected, { version, image }: Order, { epoch }: Fence): boolean {
  const made = fenceOf(container.Config);
  return (
    made?.epoch === epoch &&
    container.Config.Labels?.[labels.version] === version &&
    container.Image === image.Id
  );
}

/** Ports on the host that are tried until one is free. */
const candidates = 12;

async function makeAndStart(
  docker: Docker,
  release: Release,
  order: Order,
  name: string,
  effect: Effect,
): Promise<void> {
  for (let attempt = 0; attempt < candidates; attempt += 1) {
    const made = await make(docker, release, order, name, portFor(docker, name, attempt), effect);
    try {
      await startIsolated(docker, order, made, effect.signal);
      return;
    } catch (error) {
      if (docker.plan.address !== 'port' || !isPortTaken(error)) throw error;
      await docker.containers.remove(made.Id, effect.signal);
    }
  }
  throw turnedAway(
    `start ${name}: ${String(candidates)} ports of the host were tried, and each is taken; it is tried again`,
  );
}

function isPortTaken(error: unknown): boolean {
  return error instanceof Error && /port is already allocated|address already in use/.test(error.message);
}

/**
 * Below those that systems give away by themselves, and the same for the same name: a container keeps it, so that its
 * address stays.
 */
function portFor({ plan }: Docker, name: string, attempt: number): number | null {
  if (plan.address !== 'port') return null;
  const hash = createHash('sha256')
    .update(`${name} ${String(attempt)}`)
    .digest()
    .readUInt16BE();
  return 20_000 + (hash % 10_000);
}

/** The container of this name, not started; another attempt may have made it. */
async function make(
  docker: Docker,
  { service }: Release,
  order: Order,
  name: string,
  hostPort: number | null,
  { fence, signal }: Effect,
): Promise<Inspected> {
  const { engine, containers, plan } = docker;
  const [from] = order.stables;
  const made = clone(from, order.stableImage, {
    image: await nameOrId(engine, order.imageName, order.image, signal),
    env: order.env,
    labels: labelled(service, order.track, order.version, fence),
    beside: { port: plan.port, hostPort, memory: order.memory },
  });
  const changed = [
    ...(from.Image === order.image.Id ? [] : [`image ${order.imageName} in place of ${from.Config.Image}`]),
    ...made.changed,
  ];
  const body = {
    ...made.body,
    Labels: {
      ...(made.body['Labels'] as Record<string, string>),
      [labels.changed]: changed
        .slice(0, 20)
        .map((phrase) => phrase.slice(0, 200))
        .join('\n'),
    },
  };
  await containers.create(name, { ...made, body }, signal);
  const found = await containers.inspect(name, signal);
  if (found === null)
    throw turnedAway(`create ${name}: it is gone again; another attempt may have removed it`);
  const { container } = found;
  if (!isOurs({ Labels: container.Config.Labels }, service, order.track))
    throw refused(
      `create ${name}: a container of this name is there that Coalmine has not made; rename it (docker rename ${name} OTHER) or remove it`,
    );
  if (isOf(container, order, fence)) return container;
  const other = fenceOf(container.Config);
  if (other !== null && isOlder(fence, other)) throw newer(name, fence, other);
  await containers.remove(container.Id, signal);
  throw turnedAway(`create ${name}: one of an earlier release was there, and is removed; it is tried again`);
}

async function startIsolated(
  { containers, plan }: Docker,
  { stables }: Order,
  made: Inspected,
  signal: AbortSignal,
): Promise<void> {
  const found = intrusions(made, stables, { shared: plan.shared, byName: plan.address === 'name' });
  if (found.length > 0) {
    await containers.remove(made.Id, signal);
    throw refused(
      `${nameOf(made)} is not started, because it would not be apart from stable: ${found.join('; ')}`,
    );
  }
  if (await containers.start(made.Id, signal)) return;
  throw turnedAway(`start ${nameOf(made)}: it is gone again; another attempt may have removed it`);
}

/** Stops them in their own time, all at once, and removes them. */
export async function takeAway(
  { containers }: Docker,
  copies: readonly Seen[],
  signal: AbortSignal,
): Promise<void> {
  await allOver(
    copies.map(async ({ container }) => {
      await containers.stop(container, signal);
      await containers.remove(container.Id, signal);
    }),
  );
}

/**
 * Refuses an effect that is older than one by which a container of the service was made. What was taken away is not
 * remembered: the engine has no other place for it.
 *
 * @throws a non-retryable `Overtaken` failure
 */
export async function refuseOlder(
  { containers }: Docker,
  { service }: Release,
  { fence, signal }: Effect,
): Promise<void> {
  const ours = await containers.list({ label: [`${labels.service}=${service}`] }, signal);
  const newest = newestOf(ours.map(fenceOf));
  if (newest !== null && isOlder(fence, newest))
    throw newer(`what Coalmine made for ${service}`, fence, newest);
}

function newer(what: string, fence: Fence, other: Fence): Error {
  return overtaken(
    `${what} is of a newer effect (${String(other.epoch)}/${String(other.number)}) than this one (${String(fence.epoch)}/${String(fence.number)}), which is not tried again`,
  );
}

/** As `Promise.all`, but what goes wrong is thrown once all are over: nothing of an effect acts after it has ended. */
export async function allOver(acts: readonly Promise<void>[]): Promise<void> {
  const ends = await Promise.allSettled(acts);
  const failed = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason as unknown] : []));
  // Before others one that went without an answer: it may still act, which whoever is told of the fault has to know.
  if (failed.length > 0) throw failed.find((reason) => !isAnswer(reason)) ?? failed[0];
}
