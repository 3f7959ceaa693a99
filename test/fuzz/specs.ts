/** Specs: sound ones, for which targets answer as they like, and what nobody would call a spec. */
import type { Payload } from '@temporalio/common';
import fc from 'fast-check';
import { json } from '../support/raw.ts';
import { unreadable } from './messages.ts';
import { anything, hostilePaths, hostileTexts, replaceWithin, ways } from './values.ts';

type Spec = Record<string, unknown>;

/** What one is given: the service, and where its target is. */
export type SpecFor = (service: string, url: string) => Spec;

const metric = fc.constantFrom<(url: string) => Spec>(
  (url) => ({ kind: 'status', source: { type: 'http', url: `${url}?call=metric` } }),
  (url) => ({
    kind: 'value',
    source: { type: 'http', url: `${url}?call=read`, value: '$.weight' },
    max: 100,
  }),
  (url) => ({
    kind: 'rate',
    source: { type: 'http', url: `${url}?call=metric&on=$track`, events: '$.errors', total: '$.requests' },
    max: '5%',
  }),
  (url) => ({
    kind: 'latency',
    source: { type: 'http', url: `${url}?call=metric&on=$track`, histogram: '$.latency' },
  }),
  (url) => ({
    kind: 'rate',
    source: {
      type: 'prometheus',
      url,
      events: 'http_requests_total{code=~"5..",track="$track"}',
      total: 'http_requests_total{track="$track"}',
    },
    max: '5%',
  }),
);

export const soundSpecs: fc.Arbitrary<SpecFor> = fc
  .record({
    metrics: fc.array(metric, { minLength: 1, maxLength: 4 }),
    weight: fc.integer({ min: 1, max: 50 }),
    bake: fc.constantFrom('1s', '5s', '1h'),
    load: fc.boolean(),
    isOneUrl: fc.boolean(),
  })
  .map(({ metrics, weight, bake, load, isOneUrl }) => (service, url) => ({
    service,
    version: 'v2',
    target: isOneUrl ? { type: 'http', url } : { type: 'http', url, ready: '3s' },
    every: '1s',
    ...(load && { load: { type: 'http', url: `${url}?call=read`, rate: '20/s', duration: '3s' } }),
    metrics: metrics.map((make, index) => ({ name: `metric-${String(index)}`, ...make(url) })),
    steps: [{ weight, bake }],
  }));

/** The service stays what it is, so that the rollout is the one that is meant. */
const twisted: fc.Arbitrary<SpecFor> = fc
  .record({ sound: soundSpecs, way: ways, value: anything })
  .map(({ sound, way, value }) => (service, url) => ({
    ...(replaceWithin(sound(service, url), way, value) as Spec),
    service,
  }));

const wide: fc.Arbitrary<SpecFor> = fc
  .tuple(soundSpecs, fc.integer({ min: 1, max: 20_000 }), fc.string({ maxLength: 12 }))
  .map(([sound, keys, stem]) => (service, url) => ({
    ...Object.fromEntries(Array.from({ length: keys }, (_, index) => [`${stem}${String(index)}`, index])),
    ...sound(service, url),
  }));

const expressions: fc.Arbitrary<SpecFor> = fc
  .tuple(soundSpecs, fc.oneof(hostilePaths, hostileTexts))
  .map(([sound, expression]) => (service, url) => ({
    ...sound(service, url),
    metrics: [
      {
        name: 'path',
        kind: 'value',
        source: { type: 'http', url: `${url}?call=metric`, value: expression },
        max: 1,
      },
      {
        name: 'promql',
        kind: 'value',
        source: { type: 'prometheus', url, value: expression.repeat(3) },
        max: 1,
      },
    ],
  }));

/** What a workflow is started with: one argument, or more than there should be. */
export type StartFor = (service: string, url: string) => Payload[];

export const hostileStarts: fc.Arbitrary<StartFor> = fc.oneof(
  fc.oneof(twisted, wide, expressions).map((spec): StartFor => (service, url) => [json(spec(service, url))]),
  fc.array(unreadable, { maxLength: 3 }).map(
    (payloads): StartFor =>
      () =>
        payloads,
  ),
  anything.map((value): StartFor => () => [json(value)]),
  fc
    .tuple(soundSpecs, anything)
    .map(([spec, carried]): StartFor => (service, url) => [json(spec(service, url)), json(carried)]),
);
