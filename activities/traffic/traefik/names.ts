/** The names of what Coalmine adds to Traefik. None of a service is that of another service. */

/** A slash would be another directory, and no service has a tilde. */
export function fileName(service: string): string {
  return `coalmine-${service.replaceAll('/', '~')}.yml`;
}

/** What the weights are set at; its copies are behind it. */
export function splitName(service: string): string {
  return `coalmine-${service}-split`;
}

/** The copies of a track. */
export function trackName(service: string, track: 'canary' | 'baseline'): string {
  return `coalmine-${service}-${track}`;
}

/**
 * A router of ours.
 *
 * @param at of the user's, which are several where entry points have middlewares of their own; from 0
 */
export function routerName(service: string, part: 'split' | 'audience', at: number): string {
  return `coalmine-${service}-${part}${at === 0 ? '' : String(at + 1)}`;
}

/** A middleware that no router uses: by it Traefik says which effect's file it has taken up. */
export function effectName(service: string): string {
  return `coalmine-${service}-effect`;
}

/** What all names of a service begin with. Some of another service may, too. */
export function namesBegin(service: string): string {
  return `coalmine-${service}-`;
}

/** Whether a router or a service, with its provider, is one that Coalmine makes for the service. */
export function isOurs(name: string, service: string): boolean {
  const [own = '', provider] = name.split('@');
  const begin = namesBegin(service);
  return (
    provider === 'file' &&
    own.startsWith(begin) &&
    /^(?:(?:split|audience)\d*|canary|baseline)$/.test(own.slice(begin.length))
  );
}
