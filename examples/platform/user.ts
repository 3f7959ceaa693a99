import { createHash, randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { cookies } from './route.ts';

/** The cookie that says who asks. */
export const userCookie = 'bakery-user';

/** Who asks. Somebody without the cookie is a new user, and gets it with the answer. */
export function userOf({ headers }: IncomingMessage, response: ServerResponse): string {
  const prefix = `${userCookie}=`;
  const known = cookies(headers.cookie)
    .find((cookie) => cookie.startsWith(prefix))
    ?.slice(prefix.length);
  if (known !== undefined && known !== '') return known;
  const user = randomUUID();
  response.setHeader('set-cookie', `${userCookie}=${user}; Path=/; HttpOnly; SameSite=Lax`);
  return user;
}

/**
 * The user's place among all users, from 0 to below 1, the same each time: whoever is below the weight is on the canary,
 * and stays there when the weight rises.
 */
export function placeOf(user: string): number {
  return createHash('sha256').update(user).digest().readUInt32BE() / 2 ** 32;
}
