/** Names, labels and annotations of what Coalmine makes in a cluster, or marks there. */
import { createHash } from 'node:crypto';
import type { Track } from '../../src/domain/rollout.ts';

/** What runs beside stable. */
export type Beside = Exclude<Track, 'stable'>;

/** Everything that Coalmine has made has these. Values are short forms: what is exact is in the annotations. */
export const labels = {
  service: 'coalmine/service',
  role: 'coalmine/role',
  version: 'coalmine/version',
} as const;

export const annotations = {
  /** `EPOCH/NUMBER` of the newest effect; on stable's Deployment and on routes, too, and there beyond the end. */
  claim: 'coalmine/claim',
  service: 'coalmine/service',
  version: 'coalmine/version',
  /** The epoch of the rollout that it was made for. */
  rollout: 'coalmine/rollout',
  /** A phrase a line: what the copies have otherwise than those of stable. */
  changed: 'coalmine/changed',
  /** Hash of the pod template of stable that it was made from. */
  madeFrom: 'coalmine/made-from',
  /** Hash of the pod template that Coalmine has written. */
  made: 'coalmine/made',
} as const;

/** A name of an object, which is a host name too, with room for what is added: a Service may have 63 characters. */
const longestBase = 45;

/** A value of a label: at most 63 characters of a small set. One that is no such, has a piece of its hash in it. */
export function labelValue(text: string): string {
  if (/^[A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?$/.test(text)) return text;
  const plain = text
    .replace(/[^\w.-]/g, '-')
    .slice(0, 50)
    .replace(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, '');
  return `${plain === '' ? 'x' : plain}-${hashOf(text).slice(0, 8)}`;
}

/**
 * The name of what stands beside an object of stable: `checkout-canary` beside the Service, or the Deployment, `checkout`.
 * Two objects never get the same.
 */
export function besideName(stable: string, track: Beside): string {
  const plain = stable
    .replace(/[^a-z0-9-]/g, '-')
    .slice(0, longestBase)
    .replace(/-+$/, '');
  return `${plain === stable ? plain : `${plain}-${hashOf(stable).slice(0, 8)}`}-${track}`;
}

/** Of a value that is JSON; the order of its keys makes no difference. */
export function hashOf(value: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify(sorted(value)))
    .digest('hex')
    .slice(0, 16);
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([key, member]) => [key, sorted(member)]),
  );
}
