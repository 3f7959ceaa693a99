import { endBakery, startBakery } from '../docker/bakery.ts';
import { docker } from '../docker/images.ts';
import type { Page } from './page.ts';
import { stableVersion, type Ends, type Site } from './site.ts';

/**
 * Starts the bakery as containers behind a Traefik.
 *
 * @param directory of the demo
 * @throws Error where there is no Docker engine, or an image cannot be had
 */
export async function dockerSite(directory: string, page: Page, ends: Ends): Promise<Site> {
  page.event('docker', `engine ${await engineVersion()}`);
  ends.push(endBakery);
  page.live('images', 'Making those of the bakery');
  const versions = [stableVersion, '14.1.1', '14.1.1-htm'] as const;
  const { front, api, dynamic } = await startBakery(directory, versions, (line) => page.event('', line));
  return {
    front,
    about: `${stableVersion} serves at ${front}, two containers behind Traefik`,
    scraped: { name: 'Traefik', url: api },
    spec: 'rollout-docker.yaml',
    places: { 'http://127.0.0.1:4001': api, '/etc/traefik/dynamic': dynamic },
    environment: { COALMINE_ALLOW_DIRECTORIES: dynamic, COALMINE_ALLOW_SOCKETS: '/var/run/docker.sock' },
  };
}

async function engineVersion(): Promise<string> {
  try {
    return await docker('version', '--format', '{{.Server.Version}}');
  } catch (error) {
    throw new Error(
      `The demo with --docker needs a Docker engine that this user may use: ${error instanceof Error ? error.message : String(error)}. ` +
        'How to get one: https://docs.docker.com/engine/install/. Without: npm run demo',
      { cause: error },
    );
  }
}
