/** The calls of docs/http-contract.md, at the URLs that a spec gives them. */
import type { z } from 'zod';
import { refused } from './failures.ts';
import { filledUrl } from './filled-url.ts';
import { place } from './http-answer.ts';
import type { HeaderPlan } from './header.ts';
import type { Http } from './http.ts';
import type { Call, Effect, Release, Use } from './ports.ts';
import { headerUses } from './uses.ts';

/** One URL for all calls, URLs of their own for some of them, or both. */
type Places<Name extends string> = { url?: string | undefined; headers: HeaderPlan } & {
  [Each in Name]?: string | undefined;
};

export interface ContractCalls<Name extends string> {
  /** The spec has a URL for it. */
  has: (name: Name) => boolean;
  /** Sends an effect; `members` are those that this call has besides the ones that all have. */
  effect: (name: Name, release: Release, members: Record<string, unknown>, effect: Effect) => Promise<void>;
  /** Asks a question; `query` as `members`. */
  question: <T>(
    name: Name,
    release: Release,
    query: Record<string, string>,
    answer: z.ZodType<T>,
    call: Call,
  ) => Promise<T>;
}

/** The hosts of the URLs, and the secrets that are sent to each. */
export function contractUses<Name extends string>(places: Places<Name>, names: readonly Name[]): Use[] {
  const urls = (['url', ...names] as const).flatMap((at) => {
    const url = places[at];
    return url === undefined ? [] : [{ at, url }];
  });
  return [
    ...urls,
    ...headerUses(
      places.headers,
      urls.map(({ url }) => url),
    ),
  ];
}

/** @param part the part of the spec that `places` is, for messages */
export function contractCalls<Name extends string>(
  part: string,
  places: Places<Name>,
  http: Http,
): ContractCalls<Name> {
  const { headers } = places;

  function urlOf(name: Name, { service, version }: Release): string {
    const url = places[name] ?? places.url;
    if (url !== undefined)
      return filledUrl(url, { service, version }, (why) =>
        refused(`${name}: ${part} at ${place(url)}: ${why}`),
      );
    throw refused(
      `${name}: the spec has no URL for this call; give ${part}.${name}, or ${part}.url for all calls`,
    );
  }

  return {
    has: (name) => (places[name] ?? places.url) !== undefined,
    async effect(name, release, members, { fence, signal }) {
      const { service, version, stable } = release;
      const body = { call: name, service, version, stable, ...members, fence };
      await http.post({ what: name, url: urlOf(name, release), headers, body }, signal);
    },
    async question(name, release, query, answer, { signal }) {
      const { service, version } = release;
      const asked = { call: name, service, version, ...query };
      const what = [name, ...Object.values(query)].join(' ');
      return http.get({ what, url: urlOf(name, release), headers, query: asked, answer }, signal);
    },
  };
}
