import type { IncomingMessage } from 'node:http';
import type { Audience, Split, TrackName } from './contract.ts';

type Asked = Pick<IncomingMessage, 'url' | 'headers'>;

/**
 * The track that a request is for.
 *
 * @param chance from 0 to below 1: drawn anew for each request, or the same for all of one user
 */
export function route(request: Asked, split: Split, chance: number): TrackName {
  const chosen = split.audience !== null && belongs(request, split.audience);
  if (chosen || chance * 100 < split.weight) return 'canary';
  return chance * 100 < split.weight + (split.baseline ?? 0) ? 'baseline' : 'stable';
}

/** The request has all that the audience names. An audience that names nothing is nobody. */
function belongs({ url = '/', headers }: Asked, { header, cookie, query, path }: Audience): boolean {
  if ([header, cookie, query, path].every((part) => part === undefined)) return false;
  return (
    (header === undefined || headers[header.name.toLowerCase()] === header.value) &&
    (cookie === undefined || cookies(headers.cookie).includes(`${cookie.name}=${cookie.value}`)) &&
    (query === undefined || parameters(url).getAll(query.name).includes(query.value)) &&
    (path === undefined || isUnder(url, path))
  );
}

/** Each `name=value` of the header. */
export function cookies(header = ''): string[] {
  return header.split(';').map((cookie) => cookie.trim());
}

/** Of the query, decoded. */
function parameters(url: string): URLSearchParams {
  return new URLSearchParams(url.split('?').slice(1).join('?'));
}

/** `/beta` is itself and all that is below it, and not `/betamax`. */
function isUnder(url: string, path: string): boolean {
  const [asked = ''] = url.split('?', 1);
  return asked === path || asked.startsWith(path.endsWith('/') ? path : `${path}/`);
}
