import { setTimeout } from 'node:timers/promises';
import { sameSplit, noTraffic } from '../../src/domain/split.ts';
import type { Split } from '../../src/domain/rollout.ts';
import type { TrafficPlan } from '../../src/spec/schema.ts';
import { refused, unavailable } from '../failures.ts';
import { place } from '../http-answer.ts';
import { createHttp } from '../http.ts';
import { isOutOfTime } from '../no-answer.ts';
import type { Adapter, Backends, Grants, Release, Traffic } from '../ports.ts';
import { requestUses } from '../uses.ts';
import { traefikApi } from './traefik/api.ts';
import { cookieName, documentOf, granularity, routersOf, type Document } from './traefik/document.ts';
import { nothingWritten, SplitFile, type Written } from './traefik/file.ts';
import { difference, drift, type Shown } from './traefik/in-force.ts';
import { namesBegin } from './traefik/names.ts';
import { haveServers, searched, usersRouters, type Wanted } from './traefik/users-routers.ts';

type TraefikTraffic = Extract<TrafficPlan, { type: 'traefik' }>;

/** Milliseconds for one request to the API, and how long it is asked anew until it shows what the file says. */
const timeout = 10_000;
const patience = 10_000;
const between = 200;

/** Milliseconds that traffic may go back later, if Traefik has nothing to send it to, and for each question about that. */
const patienceBack = 5_000;
const timeoutBack = 1_000;

/** The most that is read of one answer of the API, in bytes: thousands of routers. */
const most = 8 * 1024 * 1024;

/**
 * Splits by a file in the directory of Traefik's file provider. Stable's pool stays the user's own service: routers that are
 * copies of the user's, and before them, send to it and to the copies of the canary by weight.
 */
export const traefikTraffic: Adapter<TraefikTraffic, Traffic> = {
  uses: ({ api, headers, directory }) => [
    ...requestUses({ url: api, headers }).map((use) => ('url' in use ? { ...use, at: 'api' } : use)),
    { at: 'directory', directory },
  ],
  connect,
};

function connect(plan: TraefikTraffic, grants: Grants): Traffic {
  const { directory, router, sticky } = plan;
  const api = traefikApi(createHttp(grants, { timeout, most, passing: [404] }), plan);
  const at = place(plan.api);

  function fileOf({ service }: Release): SplitFile {
    grants.checkDirectory(directory);
    return new SplitFile(directory, service);
  }

  async function shown({ service }: Release, signal: AbortSignal): Promise<Shown> {
    const [routers, services, middlewares] = await Promise.all([
      api.routers(namesBegin(service), signal),
      api.services(namesBegin(service), signal),
      api.middlewares(namesBegin(service), signal),
    ]);
    return { routers, services, middlewares };
  }

  /** The user's own part, as it is now. */
  async function usersOwn({ service }: Release, signal: AbortSignal) {
    const wanted: Wanted = { service, router, at };
    const [routers, entryPoints] = await Promise.all([
      api.routers(searched(wanted), signal),
      api.entryPoints(signal),
    ]);
    return {
      service,
      users: usersRouters(routers, wanted),
      ofEntryPoints: new Map(entryPoints.map(({ name, http }) => [name, http?.middlewares ?? []])),
    };
  }

  async function documentFor(
    release: Release,
    split: Split,
    backends: Backends,
    cookie: string | undefined,
    signal: AbortSignal,
  ): Promise<Document> {
    const own = await usersOwn(release, signal);
    const [ownName = ''] = own.users.service.split('@');
    const services = await api.services(ownName, signal);
    const usersService = services.find(({ name }) => name === own.users.service);
    return documentOf({ ...own, split, backends, usersService, cookie });
  }

  /**
   * Where the canary has all of the traffic, stable may just have been replaced, and Traefik not know of it yet: giving the
   * traffic back then would give it to nobody. An API that does not answer is waited for no longer.
   */
  async function usersAreThere(release: Release, file: SplitFile, signal: AbortSignal): Promise<void> {
    const found = await file.look();
    if (found === null || 'changed' in found || found.split.weight < 100) return;
    const until = performance.now() + patienceBack;
    while (performance.now() < until) {
      if (await usersServe(release, AbortSignal.any([signal, AbortSignal.timeout(timeoutBack)]))) return;
      await setTimeout(between, undefined, { signal });
    }
  }

  /** True, too, where nobody can tell. */
  async function usersServe({ service }: Release, signal: AbortSignal): Promise<boolean> {
    try {
      const wanted: Wanted = { service, router, at };
      const [routers, services] = await Promise.all([
        api.routers(searched(wanted), signal),
        api.services('', signal),
      ]);
      return haveServers(routers, services, wanted);
    } catch {
      return true;
    }
  }

  /** Why the split is not in force as it was written; null: it is. */
  async function amiss(
    release: Release,
    { fence, split, document }: Written | typeof nothingWritten,
    signal: AbortSignal,
  ): Promise<string | null> {
    const why = difference(document, fence, await shown(release, signal), release.service);
    if (why !== null || Object.keys(document.routers).length === 0) return why;
    return drift(document.routers, routersOf({ ...(await usersOwn(release, signal)), split }));
  }

  return {
    can: { split: true, read: true, backends: true, fence: false },
    async split(release, split, backends, { fence, signal, from = noTraffic }) {
      signal.throwIfAborted();
      const file = fileOf(release);
      if (sameSplit(split, noTraffic)) {
        await usersAreThere(release, file, signal);
        // The file first: traffic that goes back waits for no other answer.
        await file.write({ fence, split, document: nothingWritten.document }, false, signal);
        await api.checkVersion(signal);
        return;
      }
      refuseWithoutCopies(split, backends);
      const cookie = sticky && cookieName(sticky.cookie, fence);
      await api.checkVersion(signal);
      const document = await documentFor(release, split, backends, cookie, signal);
      await file.write({ fence, split, document }, !sameSplit(from, noTraffic), signal);
    },
    async read(release, { signal }) {
      const file = fileOf(release);
      const [found] = await Promise.all([file.read(), api.checkVersion(signal)]);
      const written = found ?? nothingWritten;
      const until = performance.now() + patience;
      for (;;) {
        const why = await amiss(release, written, signal);
        if (why === null)
          return { ...written.split, granularity, splitBy: sticky === undefined ? 'request' : 'user' };
        await setTimeout(between, undefined, { signal }).catch(() => undefined);
        if (performance.now() < until && !signal.aborted) continue;
        if (!isOutOfTime(signal.reason)) signal.throwIfAborted();
        throw unavailable(
          `Traefik at ${at} ${why}, and ${file.path} is not in force yet; Traefik's own log says why, and whether its file provider watches ${directory}`,
        );
      }
    },
  };
}

function refuseWithoutCopies({ weight, audience, baseline = 0 }: Split, backends: Backends): void {
  const needed = [
    ...(weight > 0 || audience !== null ? (['canary'] as const) : []),
    ...(baseline > 0 ? (['baseline'] as const) : []),
  ];
  const without = needed.find((track) => backends[track].length === 0);
  if (without === undefined) return;
  throw refused(
    `the target tells no address of the ${without}, so Traefik cannot send it any traffic; let its check answer with addresses, or use a target that has them`,
  );
}
