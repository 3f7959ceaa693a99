import { z } from 'zod';
import { docker, DockerError } from '../../docker-command.ts';

const none = <T>(shape: z.ZodType<T>, without: T) => shape.nullish().transform((value) => value ?? without);

/** What `docker inspect` says of a container, as far as it is used here. */
const inspected = z.object({
  Name: z.string().transform((name) => name.replace(/^\//, '')),
  Path: z.string().default(''),
  Args: none(z.array(z.string()), []),
  Config: z.object({
    Image: z.string(),
    Labels: none(z.record(z.string(), z.string()), {}),
    ExposedPorts: none(z.record(z.string(), z.unknown()), {}),
    Healthcheck: z.object({ Test: none(z.array(z.string()), []) }).nullish(),
  }),
  Mounts: none(z.array(z.object({ Source: z.string().default(''), Destination: z.string() })), []),
  NetworkSettings: z.object({
    Networks: none(
      z.record(
        z.string(),
        z.object({ IPAddress: z.string().default(''), Aliases: none(z.array(z.string()), []) }),
      ),
      {},
    ),
    Ports: none(z.record(z.string(), none(z.array(z.object({ HostPort: z.string() })), [])), {}),
  }),
});

export type Inspected = z.output<typeof inspected>;

/**
 * A container, and all others that run on the engine that the `docker` command of this user speaks to.
 *
 * @throws DockerError where there is no such command, no engine or no such container
 */
export async function inspectAll(name: string): Promise<{ container: Inspected; others: Inspected[] }> {
  const [container] = await inspect([name]);
  if (container === undefined) throw new DockerError(`docker inspect ${name}: no answer`);
  const ids = (await docker(['ps', '--quiet', '--no-trunc'])).split('\n').filter((id) => id !== '');
  const running = ids.length === 0 ? [] : await inspect(ids);
  return { container, others: running.filter((one) => one.Name !== container.Name) };
}

async function inspect(names: readonly string[]): Promise<Inspected[]> {
  return z
    .array(inspected)
    .parse(JSON.parse(await docker(['inspect', '--type', 'container', '--', ...names])));
}
