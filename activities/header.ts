import { validateHeaderValue } from 'node:http';
import { refused } from './failures.ts';
import type { Grants } from './ports.ts';

/** Headers as a spec has them: a text, or the name of a secret of the worker. */
export type HeaderPlan = Record<string, string | { secret: string }>;

/**
 * The value to send, looked up at the time of the request.
 *
 * @param what names the sender in the message: `deploy`, `load`
 * @param url where it goes
 * @throws a non-retryable `NotAllowed` or `TargetRefused` failure that does not show the value
 */
export function headerValue(
  what: string,
  name: string,
  plan: HeaderPlan[string],
  url: string,
  grants: Grants,
): string {
  const value = (typeof plan === 'string' ? plan : grants.secret(plan.secret, url)).trim();
  try {
    validateHeaderValue(name, value);
    return value;
  } catch {
    throw refused(
      `${what}: the value of the header ${name} holds a character that no header may have, such as a line break; correct it`,
    );
  }
}

/** Who asks: by a password or by a token, each the name of a secret of the worker. */
export type AuthPlan = { user: string; password: { secret: string } } | { token: { secret: string } };

/**
 * The value of the header Authorization (RFC 7617, RFC 6750).
 *
 * @throws as {@link headerValue}
 */
export function authorization(what: string, plan: AuthPlan, url: string, grants: Grants): string {
  if ('token' in plan) return `Bearer ${headerValue(what, 'authorization', plan.token, url, grants)}`;
  const password = grants.secret(plan.password.secret, url);
  return `Basic ${Buffer.from(`${plan.user}:${password}`).toString('base64')}`;
}
