/**
 * The newest effect that has acted on an object, in an annotation of it, changed by compare and swap alone.
 *
 * Whoever acts writes its claim first, even where nothing else changes, and each write says which version of the object it
 * was made from. So an older attempt that wakes up late finds a newer claim, or is refused by the API server because the
 * object has changed since it looked.
 */
import { isOlder } from '../../src/domain/fence.ts';
import type { Fence } from '../../src/domain/rollout.ts';
import { overtaken, turnedAway } from '../failures.ts';
import type { Effect } from '../ports.ts';
import type { Cluster } from './cluster.ts';
import type { Kind, KubeObject } from './kinds.ts';
import { annotations } from './names.ts';

/** Each is one more writer that came in between: status is written to the same object. */
const mostTries = 30;

/**
 * Repeats one look with the write that follows from it, until nobody else has written in between.
 *
 * @param what it is for: the message begins with it
 * @param once undefined: somebody else came in between
 */
export async function uncontended<T>(what: string, once: () => Promise<T | undefined>): Promise<T> {
  for (let tries = 0; tries < mostTries; tries += 1) {
    const done = await once();
    if (done !== undefined) return done;
  }
  throw turnedAway(`${what}: somebody else changes it all the time; it is tried again`);
}

/** The newest effect that has acted on an object; null: none has. */
export function claimOf({ metadata }: Pick<KubeObject, 'metadata'>): Fence | null {
  const [, epoch, number] =
    /^(\d{1,15})\/(\d{1,15})$/.exec(metadata.annotations?.[annotations.claim] ?? '') ?? [];
  return epoch === undefined ? null : { epoch: Number(epoch), number: Number(number) };
}

export function claimText({ epoch, number }: Fence): string {
  return `${String(epoch)}/${String(number)}`;
}

/** The same object with this claim. */
export function claimed<T extends KubeObject>(object: T, fence: Fence): T {
  const { metadata } = object;
  return {
    ...object,
    metadata: {
      ...metadata,
      annotations: { ...metadata.annotations, [annotations.claim]: claimText(fence) },
    },
  };
}

/** @throws a non-retryable `Overtaken` failure where a newer effect has acted on the object */
export function refuseOlder(object: KubeObject, { kind }: Kind<KubeObject>, fence: Fence): void {
  const other = claimOf(object);
  if (other === null || !isOlder(fence, other)) return;
  throw overtaken(
    `${kind} ${object.metadata.name} is of a newer effect (${claimText(other)}) than this one (${claimText(fence)}), which is not tried again`,
  );
}

/**
 * Changes an object and claims it for an effect, in one write.
 *
 * @param edit makes of the object as it is what it is to be; called again where somebody else has changed it meanwhile
 * @returns the object after that; null: there is none of this name
 * @throws a non-retryable `Overtaken` failure where a newer effect has acted on it
 */
export async function change<T extends KubeObject>(
  cluster: Cluster,
  kind: Kind<T>,
  name: string,
  { fence, signal }: Pick<Effect, 'fence' | 'signal'>,
  edit: (object: T) => T = (object) => object,
): Promise<T | null> {
  return uncontended(`update ${kind.kind.toLowerCase()} ${cluster.namespace}/${name}`, async () => {
    const object = await cluster.get(kind, name, signal);
    if (object === null) return null;
    refuseOlder(object, kind, fence);
    const wanted = claimed(edit(object), fence);
    if (JSON.stringify(wanted) === JSON.stringify(object)) return object;
    return (await cluster.replace(kind, wanted, signal)) ?? undefined;
  });
}
