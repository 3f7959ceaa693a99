/** The image of a version: found on the engine, or pulled. */
import type { DockerTarget } from '../../../src/spec/docker.ts';
import { refused } from '../../failures.ts';
import { imageName } from '../../image-template.ts';
import type { Grants, Release, Use } from '../../ports.ts';
import { secretUses } from '../../uses.ts';
import type { Engine } from './engine.ts';
import { faultOf } from './faults.ts';
import { imageInspected, type Image } from './inspected.ts';

/** A pull that says nothing for so long, or lasts longer in all, is given up (ms). */
const longestPull = 3_600_000;

/** The login of a registry goes to the registry, by way of the engine. */
export function registryUses(plan: DockerTarget, engineUrl: string | null): Use[] {
  if (plan.registry === undefined) return [];
  const places = [registryOf(plan.image), ...(engineUrl === null ? [] : [engineUrl])];
  return secretUses(plan.registry.password, places, 'registry.password');
}

/** As Docker reads the name of an image: what comes before the first / is a host if it looks like one. */
export function registryOf(image: string): string {
  const [first = ''] = image.split('/', 1);
  const isHost = image.includes('/') && (/[.:]/.test(first) || first === 'localhost');
  return `https://${isHost ? first : 'docker.io'}`;
}

export async function findImage(engine: Engine, name: string, signal: AbortSignal): Promise<Image | null> {
  const { value } = await engine.json(
    { what: `inspect the image ${name}`, method: 'GET', path: `/images/${name}/json`, takes: [404] },
    imageInspected,
    signal,
  );
  return value;
}

/** The name of an image, which `docker ps` shows then, if it means this one; otherwise its id. */
export async function nameOrId(
  engine: Engine,
  name: string,
  { Id }: Image,
  signal: AbortSignal,
): Promise<string> {
  return (await findImage(engine, name, signal))?.Id === Id ? name : Id;
}

/**
 * The image of the release, pulled where it is missing.
 *
 * @param like an image that the engine is known to run
 * @param progress is told how far a pull is
 * @throws a non-retryable failure where it is not to be had, or not built for the engine
 */
export async function needImage(
  engine: Engine,
  plan: DockerTarget,
  { service, version }: Release,
  like: Image | null,
  grants: Grants,
  progress: (what: string) => void,
  signal: AbortSignal,
): Promise<Image> {
  const name = imageName(plan, service, version);
  grants.checkImage(name);
  const found = (await findImage(engine, name, signal)) ?? (await pulled());
  await refuseForeign(found);
  return found;

  async function pulled(): Promise<Image> {
    await pull(engine, plan, name, grants, progress, signal);
    const image = await findImage(engine, name, signal);
    if (image !== null) return image;
    throw refused(
      `pull ${name}: the engine says that it is done, but does not have the image; pull it by hand`,
    );
  }

  async function refuseForeign({ Os, Architecture }: Image): Promise<void> {
    const about = await engine.about(signal);
    const isOf = (os: string, architecture: string): boolean => Os === os && Architecture === architecture;
    // Emulation runs others too: what stable is built for is known to run.
    if (
      Os === '' ||
      isOf(about.os, about.architecture) ||
      (like !== null && isOf(like.Os, like.Architecture))
    )
      return;
    throw refused(
      `the image ${name} is built for ${Os}/${Architecture}, and the Docker engine at ${engine.place.shown} runs ` +
        `${about.os}/${about.architecture}; build it for that as well`,
    );
  }
}

interface PullLine {
  status?: unknown;
  id?: unknown;
  progress?: unknown;
  error?: unknown;
}

async function pull(
  engine: Engine,
  plan: DockerTarget,
  name: string,
  grants: Grants,
  progress: (what: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const what = `pull ${name}`;
  const faults: string[] = [];
  // Without a tag the engine would pull all of them.
  const reference = /[:@][^/]*$/.test(name) ? name : `${name}:latest`;
  await engine.lines(
    {
      what,
      method: 'POST',
      path: '/images/create',
      query: { fromImage: reference },
      headers: login(plan, grants, engine),
      timeout: longestPull,
    },
    (line) => {
      const { status, id, progress: bar, error } = line as PullLine;
      if (typeof error === 'string') faults.push(error);
      const said = [id, status, bar].filter((part) => typeof part === 'string' && part !== '').join(' ');
      if (said !== '') progress(`${what}: ${said.slice(0, 200)}`);
    },
    signal,
  );
  const [fault] = faults;
  if (fault === undefined) return;
  const shown = engine.place.shown;
  throw faultOf(
    null,
    fault,
    (found) => `${what}: the Docker engine at ${shown} ${found}`,
    (text) => grants.hiding.beginning(text, 300),
  );
}

function login({ registry, image }: DockerTarget, grants: Grants, { place }: Engine): Record<string, string> {
  if (registry === undefined) return {};
  const serveraddress = registryOf(image);
  if (place.socket === null) grants.checkSecret(registry.password.secret, place.url);
  const password = grants.secret(registry.password.secret, serveraddress);
  const config = { username: registry.user, password, serveraddress: serveraddress.slice('https://'.length) };
  // The engine takes no base64url without its padding, and says nothing.
  const base64 = Buffer.from(JSON.stringify(config)).toString('base64');
  return { 'x-registry-auth': base64.replaceAll('+', '-').replaceAll('/', '_') };
}
