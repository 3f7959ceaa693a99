/** What the engine tells of containers and images, as far as it is looked at. The rest is carried as it is. */
import { z } from 'zod';

const texts = z.record(z.string(), z.string());
const list = z.array(z.string());
/** Absent and null are the same to the engine. */
const orNothing = <T extends z.ZodType>(shape: T) => shape.nullish();

const health = z.looseObject({
  Status: z.string(),
  Log: orNothing(z.array(z.object({ ExitCode: z.number(), Output: z.string() }))),
});

const endpoint = z.looseObject({
  Aliases: orNothing(list),
  DNSNames: orNothing(list),
  IPAMConfig: orNothing(z.looseObject({})),
  Links: orNothing(list),
  DriverOpts: orNothing(texts),
  GwPriority: orNothing(z.number()),
});

/** Settings that a container and an image have in common: those of a container have the image's in them. */
const settings = z.looseObject({
  Env: orNothing(list),
  Cmd: orNothing(list),
  Entrypoint: orNothing(list),
  Labels: orNothing(texts),
  Healthcheck: orNothing(z.looseObject({ Test: orNothing(list) })),
  ExposedPorts: orNothing(z.record(z.string(), z.unknown())),
  Volumes: orNothing(z.record(z.string(), z.unknown())),
  WorkingDir: z.string().nullish(),
  User: z.string().nullish(),
  StopSignal: z.string().nullish(),
  Shell: orNothing(list),
});

const binding = z.object({ HostIp: z.string().optional(), HostPort: z.string() });
const bindings = z.record(z.string(), orNothing(z.array(binding)));

export const inspected = z.looseObject({
  Id: z.string(),
  Name: z.string(),
  Image: z.string(),
  RestartCount: z.number().default(0),
  State: z.looseObject({
    Running: z.boolean(),
    Paused: z.boolean().default(false),
    Restarting: z.boolean().default(false),
    OOMKilled: z.boolean().default(false),
    Status: z.string(),
    ExitCode: z.number().default(0),
    Error: z.string().default(''),
    StartedAt: z.string(),
    Health: health.nullish(),
  }),
  Config: settings.extend({
    Image: z.string(),
    Hostname: z.string().default(''),
    Tty: z.boolean().default(false),
    StopTimeout: z.number().nullish(),
  }),
  HostConfig: z.looseObject({
    NetworkMode: z.string(),
    PortBindings: orNothing(bindings),
    RestartPolicy: z.looseObject({ Name: z.string() }).nullish(),
    AutoRemove: z.boolean().default(false),
    Links: orNothing(list),
    Binds: orNothing(list),
    Mounts: orNothing(
      z.array(z.looseObject({ Type: z.string(), Source: z.string().optional(), Target: z.string() })),
    ),
    VolumesFrom: orNothing(list),
    IpcMode: z.string().default(''),
    PidMode: z.string().default(''),
    Memory: z.number().default(0),
    MemorySwap: z.number().default(0),
  }),
  Mounts: z
    .array(
      z.looseObject({
        Type: z.string(),
        Name: z.string().optional(),
        Source: z.string().default(''),
        Destination: z.string(),
        RW: z.boolean(),
      }),
    )
    .default([]),
  NetworkSettings: z.looseObject({
    Ports: orNothing(bindings),
    Networks: orNothing(z.record(z.string(), endpoint)),
  }),
});

export type Inspected = z.output<typeof inspected>;
export type Endpoint = z.output<typeof endpoint>;
export type Settings = z.output<typeof settings>;

export const imageInspected = z.looseObject({
  Id: z.string(),
  Os: z.string().default(''),
  Architecture: z.string().default(''),
  Config: settings.nullish(),
});

export type Image = z.output<typeof imageInspected>;

export const listed = z.array(z.looseObject({ Id: z.string(), Names: list, Labels: orNothing(texts) }));

export type Listed = z.output<typeof listed>[number];

/** The name without the slash that the engine writes before it. */
export function nameOf({ Name }: Pick<Inspected, 'Name'>): string {
  return Name.replace(/^\//, '');
}
