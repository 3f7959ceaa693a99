/** Puts new containers in the place of stable's, one by one. */
import { setTimeout as sleep } from 'node:timers/promises';
import { ApplicationFailure } from '@temporalio/common';
import { refused, turnedAway } from '../../failures.ts';
import { imageName } from '../../image-template.ts';
import type { Effect, Release } from '../../ports.ts';
import { forwardUntil } from '../../promotion-time.ts';
import { checkCopy, type Docker } from './check.ts';
import { clone } from './clone.ts';
import type { Seen } from './containers.ts';
import { keepEarlier } from './earlier.ts';
import { findImage, nameOrId } from './image.ts';
import type { Image, Inspected } from './inspected.ts';
import { besideName, labelled, ownVersion } from './names.ts';
import { findStable, type StableCopy } from './stable.ts';

/** Between two looks at a container that is to get healthy (ms). */
const between = 500;
/** A copy takes eight steps at most; more are needed where another attempt does the same. */
const mostSteps = 40;

/**
 * Every copy of stable runs the release's version, healthy, under its own name; or, where one does not get healthy, every
 * copy runs what it ran before. It goes on from wherever an earlier attempt was ended.
 *
 * @throws a non-retryable failure that says which copy did not get healthy
 */
export async function replaceAll(
  docker: Docker,
  release: Release,
  image: Image,
  effect: Effect,
): Promise<void> {
  const { plan, containers } = docker;
  const { signal, progress = () => undefined } = effect;
  const until = forwardUntil(plan.ready);
  const copies = await findStable(plan, release.service, containers, signal);
  try {
    for (const [at, { name }] of copies.entries()) {
      progress(`replacing ${name}, ${String(at + 1)} of ${String(copies.length)}`);
      await replace(docker, release, name, image, effect);
      await untilHealthy(docker, release, name, until, signal);
    }
  } catch (error) {
    if (!(error instanceof NotHealthy)) throw error;
    await putBack(docker, release, signal);
    throw refused(
      `promote ${release.version}: ${error.message}; every copy of stable runs what it ran before`,
    );
  }
  for (const { name } of copies) await keepEarlier(docker, release, name, effect);
}

/** A copy of stable does not get healthy with the new version. */
class NotHealthy extends Error {}

/** What is next for one copy. Each step is by the id of a container, so that one that comes late hits nothing else. */
type Step =
  | { do: 'nothing' }
  | { do: 'make'; from: Inspected }
  | { do: 'remove' | 'stop' | 'set aside' | 'put in place' | 'start'; container: Inspected }
  | { do: 'give up' };

function stepOf({ live, next, earlier }: StableCopy, isNew: (seen: Seen) => boolean): Step {
  if (live !== null && isNew(live)) {
    const { container } = live;
    // With the restart policy `always` an engine that was restarted has started it again, and it has the port.
    if (earlier?.container.State.Running === true) return { do: 'stop', container: earlier.container };
    // One that has ended is left as it is: how it ended says whether it can run.
    return container.State.Status === 'created' ? { do: 'start', container } : { do: 'nothing' };
  }
  if (next !== null && !isNew(next)) return { do: 'remove', container: next.container };
  if (next === null) {
    const from = live ?? earlier;
    return from === null ? { do: 'give up' } : { do: 'make', from: from.container };
  }
  // What was there before the one that is live is kept no longer.
  if (live !== null && earlier !== null) return { do: 'remove', container: earlier.container };
  const old = live ?? earlier;
  if (old?.container.State.Running === true) return { do: 'stop', container: old.container };
  if (live !== null) return { do: 'set aside', container: live.container };
  return { do: 'put in place', container: next.container };
}

async function replace(
  docker: Docker,
  release: Release,
  name: string,
  image: Image,
  effect: Effect,
): Promise<void> {
  const { plan, containers } = docker;
  const { signal } = effect;
  const isNew = ({ container }: Seen): boolean =>
    container.Image === image.Id && ownVersion(container) === release.version;
  for (let steps = 0; steps < mostSteps; steps += 1) {
    const copies = await findStable(plan, release.service, containers, signal);
    const step = stepOf(
      copies.find((copy) => copy.name === name) ?? { name, live: null, next: null, earlier: null },
      isNew,
    );
    if (step.do === 'nothing') return;
    if (step.do === 'give up')
      throw refused(
        `promote ${release.version}: ${name} is gone, and so is what it ran before; start it by hand`,
      );
    if (step.do === 'make') await make(docker, release, name, step.from, image, effect);
    else if (step.do === 'stop') await containers.stop(step.container, signal);
    // Its volumes are those of what takes its place.
    else if (step.do === 'remove') await containers.remove(step.container.Id, signal, false);
    else if (step.do === 'set aside')
      await containers.rename(step.container.Id, besideName(name, 'earlier'), signal);
    else if (step.do === 'put in place') await containers.rename(step.container.Id, name, signal);
    else await start(docker, step.container.Id, signal);
  }
  throw turnedAway(
    `promote ${release.version}: ${name} is changed by someone else all the time; it is tried again`,
  );
}

async function make(
  { plan, engine, containers }: Docker,
  { service, version }: Release,
  name: string,
  from: Inspected,
  image: Image,
  { fence, signal }: Effect,
): Promise<void> {
  const ofImage = await findImage(engine, from.Image, signal);
  if (ofImage === null)
    throw refused(
      `promote ${version}: the image of ${name} (${from.Config.Image}) is no longer on the engine, so nobody can tell its settings from those of the image; pull it again`,
    );
  const made = clone(from, ofImage, {
    image: await nameOrId(engine, imageName(plan, service, version), image, signal),
    env: plan.env,
    labels: labelled(service, 'next', version, fence),
    beside: null,
  });
  await containers.create(besideName(name, 'next'), made, signal);
}

async function start({ containers }: Docker, id: string, signal: AbortSignal): Promise<void> {
  try {
    await containers.start(id, signal);
  } catch (error) {
    if (error instanceof ApplicationFailure && error.nonRetryable === true)
      throw new NotHealthy(error.message);
    throw error;
  }
}

async function untilHealthy(
  docker: Docker,
  { service }: Release,
  name: string,
  until: number,
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
    const seen = await docker.containers.inspect(name, signal);
    if (seen === null) throw turnedAway(`promote: ${name} is gone: someone has removed it`);
    const { ready, failed, why = '' } = await checkCopy(docker, service, seen, signal);
    if (ready) return;
    if (failed === true) throw new NotHealthy(why);
    if (performance.now() > until) throw new NotHealthy(`${why}, and the time for it is over`);
    await sleep(between, undefined, { signal });
  }
}

/** Each copy that has what it ran before beside it runs that again. */
export async function putBack(docker: Docker, { service }: Release, signal: AbortSignal): Promise<void> {
  const { plan, containers } = docker;
  for (const { name, live, next, earlier } of await findStable(plan, service, containers, signal)) {
    if (next !== null) await containers.remove(next.container.Id, signal, false);
    if (earlier === null) continue;
    if (live !== null) {
      await containers.stop(live.container, signal);
      await containers.remove(live.container.Id, signal, false);
    }
    await containers.rename(earlier.container.Id, name, signal);
    await containers.start(earlier.container.Id, signal);
  }
}
