/** What a route remembers of releases, in annotations of it. */
import { z } from 'zod';
import { claimText } from '../../kubernetes/claim.ts';
import { isOlder } from '../../../src/domain/fence.ts';
import type { Fence } from '../../../src/domain/rollout.ts';
import { overtaken, refused } from '../../failures.ts';
import { rules } from './route.ts';
import type { Route } from './routes.ts';

const keys = {
  /** The newest effect of each service, beyond the end: `{"checkout":"1764355200000/7"}`. */
  effects: 'coalmine/effects',
  /** The split in force, as {@link InForce}. */
  split: 'coalmine/split',
} as const;

const fence = z
  .string()
  .regex(/^\d{1,15}\/\d{1,15}$/)
  .transform((text): Fence => {
    const [epoch = 0, number = 0] = text.split('/').map(Number);
    return { epoch, number };
  });

const pair = z.strictObject({ name: z.string(), value: z.string() });

const inForce = z.strictObject({
  service: z.string(),
  split: z.strictObject({
    weight: z.number(),
    audience: z
      .strictObject({
        header: pair.optional(),
        cookie: pair.optional(),
        query: pair.optional(),
        path: z.string().optional(),
      })
      .nullable(),
    baseline: z.number().optional(),
  }),
  /** Of the route with this split in it: whoever changes the route makes it another. */
  generation: z.number(),
  /** As they were before the split, and will be after it. */
  rules,
  /** Who had the rules before, as `managedFields` call them. */
  owners: z.array(z.strictObject({ manager: z.string(), operation: z.string() })),
});

export type InForce = z.output<typeof inForce>;

/** Of a route. */
export interface Memory {
  effects: Record<string, Fence>;
  inForce: InForce | null;
}

/** The API allows 256 KiB for all annotations of an object. */
const longest = 128 * 1024;

/** What a route remembers; what cannot be read is as if it were not there, and the rules then show that. */
export function recordOf({ metadata: { annotations = {} } }: Route): Memory {
  const effects = z.record(z.string(), fence).safeParse(parsed(annotations[keys.effects]));
  const split = inForce.safeParse(parsed(annotations[keys.split]));
  return { effects: effects.success ? effects.data : {}, inForce: split.success ? split.data : null };
}

/** @throws a non-retryable `Overtaken` failure where a newer effect of the service has acted on the route */
export function refuseOlder(record: Memory, service: string, than: Fence, where: string): void {
  const last = record.effects[service];
  if (last === undefined || !isOlder(than, last)) return;
  throw overtaken(
    `${where} has effect ${String(last.number)} of the rollout of ${new Date(last.epoch).toISOString()}, which is newer than this one: it is not tried again`,
  );
}

/**
 * The route with this in its memory.
 *
 * @throws a non-retryable failure where that is too much
 */
export function remembering(route: Route, { effects, inForce: split }: Memory): Route {
  const { metadata } = route;
  const { [keys.split]: _, ...annotations } = metadata.annotations ?? {};
  const text = split === null ? null : JSON.stringify(split);
  if (text !== null && text.length > longest)
    throw refused(
      `the rules of the route are ${String(text.length)} bytes long, and they have to be kept in an annotation of ${String(longest)}; put some of them into a route of their own`,
    );
  return {
    ...route,
    metadata: {
      ...metadata,
      annotations: {
        ...annotations,
        [keys.effects]: JSON.stringify(
          Object.fromEntries(Object.entries(effects).map(([service, last]) => [service, claimText(last)])),
        ),
        ...(text !== null && { [keys.split]: text }),
      },
    },
  };
}

function parsed(text: string | undefined): unknown {
  try {
    return text === undefined ? {} : (JSON.parse(text) as unknown);
  } catch {
    return undefined;
  }
}
