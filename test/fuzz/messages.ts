/** Messages as any client may send them: names, and payloads past every converter. */
import { gzipSync } from 'node:zlib';
import type { Payload } from '@temporalio/common';
import fc from 'fast-check';
import { verbs } from '../../workflows/messages.ts';
import { json, payload } from '../support/raw.ts';
import { anything, hostileTexts, nested } from './values.ts';

export interface Sent {
  kind: 'signal' | 'update' | 'query';
  name: string;
  payloads: Payload[];
}

/** What no worker can read. */
export const unreadable: fc.Arbitrary<Payload> = fc.oneof(
  fc.uint8Array({ maxLength: 300 }).map((bytes) => payload('binary/encrypted', bytes)),
  fc.string({ maxLength: 200 }).map((text) => payload('binary/gzip', gzipSync(text))),
  fc.uint8Array({ maxLength: 300 }).map((bytes) => payload('binary/plain', bytes)),
  fc.uint8Array({ maxLength: 50 }).map((bytes) => payload('binary/protobuf', bytes)),
  fc.string({ maxLength: 50 }).map((text) => payload('json/plain', `{"by":${text}`)),
  fc.string({ unit: 'binary', maxLength: 50 }).map((text) => payload(`x-${text}`, text)),
  fc.integer({ min: 200, max: 50_000 }).map((levels) => payload('json/plain', nested(levels))),
  fc.integer({ min: 1, max: 200_000 }).map((size) => payload(null, Buffer.alloc(size, 65))),
  fc.constant({}),
);

/** What can be read and makes no sense. */
const odd: fc.Arbitrary<Payload> = fc.oneof(
  anything.map(json),
  fc.record({ by: anything, id: anything, reason: anything, gate: anything }, { requiredKeys: [] }).map(json),
);

/** These change nothing of the weight, whatever they say; the other verbs come with what nobody can read. */
const harmless = ['pause', 'resume', 'approve'] as const;

const kind = fc.constantFrom('signal' as const, 'signal' as const, 'update' as const);

export const messages: fc.Arbitrary<Sent> = fc.oneof(
  fc.record({
    kind,
    name: fc.constantFrom(...verbs),
    payloads: fc.array(unreadable, { minLength: 1, maxLength: 3 }),
  }),
  fc.record({ kind, name: fc.constantFrom(...harmless), payloads: fc.array(odd, { maxLength: 3 }) }),
  fc.record({
    kind,
    name: hostileTexts.map((text) => `x${text}`.slice(0, 900)),
    payloads: fc.array(fc.oneof(unreadable, odd), { maxLength: 2 }),
  }),
  fc.record({
    kind: fc.constant('query' as const),
    name: fc.constantFrom('status', 'nothing', '__temporal_workflow_metadata'),
    payloads: fc.array(fc.oneof(unreadable, odd), { maxLength: 2 }),
  }),
);
