import { notAllowed } from './failures.ts';
import { authorization, headerValue, type AuthPlan, type HeaderPlan } from './header.ts';
import type { Hiding } from './hiding.ts';
import type { Grants } from './ports.ts';

/** A request as a spec has it, with everything joined and filled in. */
interface Planned {
  url: string;
  headers: HeaderPlan;
  auth?: AuthPlan | undefined;
}

/** A request as it leaves the worker. */
export interface Outgoing {
  url: URL;
  headers: Record<string, string>;
  /** Hides what must not be seen of an answer to it. */
  hiding: Hiding;
}

/**
 * Every request of an adapter passes here, at the time it is sent: the URL is the one that is sent, so nothing that is
 * joined or filled in later can name another host.
 *
 * @param what names the sender in the message: `deploy`, `load`
 * @throws a non-retryable `NotAllowed` failure if specs may not use the host or a secret, or `TargetRefused` if a
 * header cannot be sent
 */
export function outgoing(what: string, { url, headers: plans, auth }: Planned, grants: Grants): Outgoing {
  grants.checkUrl(url);
  const headers: Record<string, string> = {};
  for (const [name, plan] of Object.entries(plans)) {
    headers[name] = headerValue(what, name, plan, url, grants);
  }
  const credentials = auth === undefined ? null : authorization(what, auth, url, grants);
  if (credentials !== null) headers['authorization'] = credentials;
  const { hiding } = grants;
  return { url: new URL(url), headers, hiding: credentials === null ? hiding : hiding.with(credentials) };
}

/**
 * A path at the host of a URL.
 *
 * @throws a non-retryable `NotAllowed` failure if the path names another host, as `//evil.example/` does
 */
export function atHostOf(url: string, path: string): string {
  const base = new URL(url);
  const joined = URL.canParse(path, url) ? new URL(path, url) : null;
  if (joined?.origin === base.origin && joined.username === '' && joined.password === '') return joined.href;
  throw notAllowed(
    `the request path ${JSON.stringify(path)} does not stay at ${base.host}; give a path that begins with one /`,
  );
}
