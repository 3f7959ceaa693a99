import { z } from 'zod';
import { tls } from './tls.ts';
import { duration, line, secret, whole } from './values.ts';

const engine = z
  .string()
  .regex(
    /^(unix:\/\/\/[^\0]{1,200}|tcp:\/\/[^\s/?#@:]{1,250}:\d{1,5})$/,
    'unix:// and the absolute path of a socket, or tcp://host:port',
  );

const containerName = z
  .string()
  .regex(
    /^[A-Za-z0-9][\w.-]{0,200}(\/[A-Za-z0-9][\w.-]{0,200})?$/,
    'the name of a container, of a compose service, or PROJECT/SERVICE of compose',
  );

const container = z
  .union(
    [
      containerName,
      z.strictObject({
        labels: z
          .record(line(200), z.string().max(2_000))
          .refine((labels) => Object.keys(labels).length > 0, 'at least one label'),
      }),
    ],
    'the name of a container or of a compose service, or { labels: { … } } for several copies',
  )
  .describe(
    'The containers of stable, that run today: the name of one, of a compose service, or labels that all have; by default the last part of the name of the service',
  );

/** The name of an image, as a spec writes it. */
export const image = z
  .string()
  .regex(
    /^(?![^/]*\$[^/]*\/)[\w$][\w$.:/@-]{0,500}$/,
    'the name of an image such as shop/checkout:$version, whose registry is fixed',
  );

const path = z.string().regex(/^\/(?!\/)[!-~]{0,500}$/, 'a path that begins with one /, such as /healthz');

const sizeText = 'a size such as 512m or 2g';
const units = { k: 1024, m: 1024 ** 2, g: 1024 ** 3 } as const;

/** `512m`: bytes in the plan. */
const size = z
  .string(sizeText)
  .regex(/^\d{1,6}[kmgKMG]$/, sizeText)
  .transform((text) => Number.parseInt(text, 10) * units[text.slice(-1).toLowerCase() as keyof typeof units])
  .refine((bytes) => bytes >= 6 * units.m, 'at least 6m, which Docker demands');

/** Containers on a Docker engine. */
export const dockerTarget = z
  .strictObject({
    type: z.literal('docker').describe('Containers on a Docker engine'),
    engine: engine
      .default('unix:///var/run/docker.sock')
      .describe('The Docker engine: the path of its socket after unix://, or tcp://host:port with tls'),
    tls: tls.optional().describe('For an engine at tcp://; in PEM, each in a secret of the worker'),
    container: container.optional(),
    image: image.describe(
      'The image of a version, such as shop/checkout:$version; pulled where it is missing',
    ),
    registry: z
      .strictObject({ user: line(200), password: secret })
      .optional()
      .describe('The login of the registry that the image is pulled from'),
    port: whole(1, 65_535).describe('The port on which a container answers'),
    address: z
      .enum(['name', 'port'])
      .describe(
        'How the proxy reaches a copy. name: by the name of its container, in a Docker network that both are in. port: on a port of 127.0.0.1, on the host',
      ),
    health: path
      .optional()
      .describe(
        "A path that the worker asks each copy for, expecting 2xx; without it the container's own HEALTHCHECK says it, or that it has run for 5s",
      ),
    reports: path
      .optional()
      .describe(
        'A path that answers with the version that runs: text, or JSON with a member `version`; it must be the version of the spec',
      ),
    env: z
      .record(
        z.string().regex(/^[A-Za-z_]\w*$/, 'the name of a variable'),
        z.union([z.string().max(10_000), z.null()]),
      )
      .default({})
      .describe('Variables that the new version has otherwise than stable; null: not at all'),
    shared: z
      .array(line(1_000))
      .default([])
      .describe(
        'Volumes, by name, and directories of the host, by path, that the canary may write to though stable does as well',
      ),
    memory: size
      .optional()
      .describe(
        "The most memory that a copy beside stable gets; by default as much as stable's limit, or without one its part of half of the engine's",
      ),
    ready: duration.prefault('5m').describe('How long a deploy or a promotion may take until it is ready'),
    drain: duration
      .prefault('5s')
      .describe('How long the canary lives on when its traffic is gone, for the requests under way'),
  })
  .refine(
    ({ engine: at, tls: given }) => at.startsWith('tcp:') === (given !== undefined),
    'tls with an engine at tcp://, and only there: without it everybody who reaches the port is root on that machine',
  );

export type DockerTarget = z.output<typeof dockerTarget>;
