/** The container that was stable before: kept, stopped, until the next promotion. */
import type { Effect, Release } from '../../ports.ts';
import type { Docker } from './check.ts';
import { clone, type Made } from './clone.ts';
import { findImage } from './image.ts';
import type { Image, Inspected } from './inspected.ts';
import { besideName, labelled } from './names.ts';
import { findStable, isOfCompose, stableVersion } from './stable.ts';

/**
 * Nothing but a person starts the earlier container. Compose would take it for one of its own, and at its next `up` start
 * it and remove the new one: so there it is one made like it, without compose's labels.
 */
export async function keepEarlier(
  { plan, engine, containers }: Docker,
  { service }: Release,
  name: string,
  { fence, signal }: Effect,
): Promise<void> {
  const copies = await findStable(plan, service, containers, signal);
  const earlier = copies.find((copy) => copy.name === name)?.earlier?.container;
  if (earlier === undefined) return;
  await containers.restNow(earlier.Id, signal);
  if (!isOfCompose(earlier)) return;
  const image = await findImage(engine, earlier.Image, signal);
  if (image === null) return;
  const version = stableVersion(earlier, image, plan, service);
  const standIn = withoutCompose(earlier, image, labelled(service, 'earlier', version, fence));
  await containers.remove(earlier.Id, signal, false);
  await containers.create(besideName(name, 'earlier'), standIn, signal);
}

function withoutCompose(earlier: Inspected, image: Image, own: Record<string, string>): Made {
  const made = clone(earlier, image, { image: earlier.Image, env: {}, labels: own, beside: null });
  const { HostConfig, Labels } = made.body as {
    HostConfig: Record<string, unknown>;
    Labels: Record<string, string>;
  };
  const labels = Object.entries(Labels).filter(([label]) => !label.startsWith('com.docker.compose.'));
  return {
    ...made,
    body: {
      ...made.body,
      HostConfig: { ...HostConfig, RestartPolicy: { Name: 'no', MaximumRetryCount: 0 } },
      Labels: Object.fromEntries(labels),
    },
  };
}
