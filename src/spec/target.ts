import { z } from 'zod';
import { dockerTarget } from './docker.ts';
import { kubernetesTarget, type KubernetesTarget } from './kubernetes.ts';
import { gatewayApiTraffic } from './gateway-api.ts';
import { directory, duration, headers, token, url } from './values.ts';

const httpTarget = z
  .strictObject({
    type: z.literal('http').describe('Anything that answers the calls of the HTTP contract'),
    url: url
      .optional()
      .describe(
        'One URL for every call that has none of its own; $version and $service are filled in, in each URL',
      ),
    deploy: url.optional().describe('POST: start the canary, or resize it'),
    check: url.optional().describe('GET: what runs'),
    promote: url.optional().describe('POST: make every stable copy the new version'),
    remove: url.optional().describe('POST: take the canary away'),
    headers: headers.default({}),
    ready: duration.prefault('5m').describe('How long a deploy or a promotion may take until it is ready'),
    drain: duration
      .prefault('5s')
      .describe('How long the canary lives on when its traffic is gone, for the requests under way'),
  })
  .refine(({ url, deploy }) => url !== undefined || deploy !== undefined, 'url, or at least deploy');

const httpTraffic = z
  .strictObject({
    type: z.literal('http').describe('Anything that answers the calls of the HTTP contract'),
    url: url.optional().describe('One URL for both calls'),
    split: url.optional().describe('POST: give the canary its part of live traffic'),
    read: url.optional().describe('GET: how live traffic is split'),
    headers: headers.default({}),
  })
  .refine(({ url, split }) => url !== undefined || split !== undefined, 'url, or at least split');

const anyRouter =
  "the name of a router with its provider, as Traefik's dashboard shows it, such as checkout@docker";

const traefikTraffic = z.strictObject({
  type: z.literal('traefik').describe('Traefik 3, by a file in a directory that its file provider watches'),
  directory: directory.describe(
    'The directory of the file provider, which the worker can write to; it has one file for each service there',
  ),
  api: url.describe("Where Traefik's API answers, such as http://127.0.0.1:8080; /api/ is added to it"),
  headers: headers.default({}).describe('Sent with each request to the API'),
  router: z
    .string(anyRouter)
    .max(200, anyRouter)
    .regex(/^[^\s@]+@[\w-]+$/, anyRouter)
    .optional()
    .describe(
      'Your own router, whose traffic is split: checkout@docker. By default the one that has the name of the service, or ' +
        'sends to a Traefik service of that name; required if there are several',
    ),
  sticky: z
    .strictObject({ cookie: token.max(100).describe('The beginning of its name') })
    .optional()
    .describe(
      'Keeps each user on one version while a step lasts, by a cookie of Traefik; set splitBy: user with it',
    ),
});

/** What is released to. A new kind is one member here, one adapter and one registry line. */
export const target = z
  .discriminatedUnion('type', [httpTarget, dockerTarget, kubernetesTarget])
  .describe('What is released to');

/** How live traffic is split. */
export const traffic = z
  .discriminatedUnion('type', [httpTraffic, traefikTraffic, gatewayApiTraffic])
  .describe('How live traffic is split; a target with a url splits by that, unless this says otherwise');

type Target = z.output<typeof target>;

/** Whether the target can say what runs of a track, and where it answers. */
export function tellsWhatRuns(target: Target): boolean {
  return target.type !== 'http' || target.url !== undefined || target.check !== undefined;
}

/** Whether the canary runs beside stable, so that stable stays as it is until it is replaced. */
export function runsBesideStable(target: Target): boolean {
  return target.type !== 'http' || target.url !== undefined || target.remove !== undefined;
}

/** A target knows whether something splits live traffic for it. */
export function completeTarget(
  target: Target,
  splits: boolean,
): Exclude<Target, { type: 'kubernetes' }> | KubernetesTarget {
  return target.type === 'kubernetes' ? { ...target, byCopies: !splits } : target;
}

/** A target of one URL splits too, unless the spec names something else for it. */
export function completeTraffic(target: Target): z.output<typeof traffic> | undefined {
  if (target.type !== 'http' || target.url === undefined) return undefined;
  const { url, headers } = target;
  return { type: 'http', url, headers };
}
