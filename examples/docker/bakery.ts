/** The bakery as somebody runs it who has one host: two containers behind a Traefik. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../src/temporal/ports.ts';
import { bakeryImage, docker } from './images.ts';
import { traefikImage } from './traefik.ts';

/** Of every container of the bakery itself, and so of every copy that is made of one. */
export const ofBakery = 'app=bakery';
/** Of everything here. */
export const label = 'example=bakery';
export const network = 'coalmine-demo';
const copies = ['bakery-1', 'bakery-2'];

/** How long a container may take to serve, in ms. */
const startTime = 30_000;

export interface Bakery {
  /** Where users go. */
  front: string;
  /** Traefik's API and what it counts. */
  api: string;
  /** The directory of Traefik's file provider. */
  dynamic: string;
}

/**
 * Starts it, and makes the images that it needs. What an earlier one left is taken away first.
 *
 * @param directory where Traefik's files go
 * @throws Error where there is no Docker engine, or an image cannot be had
 */
export async function startBakery(
  directory: string,
  versions: readonly [stable: string, ...others: string[]],
  progress: (line: string) => void,
): Promise<Bakery> {
  await endBakery();
  for (const version of versions) await bakeryImage(version);
  const proxy = await traefikImage(progress);
  await docker('network', 'create', '--label', label, network);
  for (const name of copies) await startCopy(name, versions[0]);
  const dynamic = join(directory, 'traefik');
  await mkdir(dynamic, { recursive: true });
  await sendTo(dynamic, copies);
  const [port, api] = [await freePort(4000), await freePort(4001)];
  await docker(
    ...['run', '--detach', '--label', label, '--network', network, '--name', 'bakery-traefik'],
    ...['--volume', `${dynamic}:/etc/traefik/dynamic:ro`],
    ...['--publish', `127.0.0.1:${String(port)}:8000`, '--publish', `127.0.0.1:${String(api)}:8080`],
    proxy,
    '--entrypoints.web.address=:8000',
    '--entrypoints.traefik.address=:8080',
    '--providers.file.directory=/etc/traefik/dynamic',
    '--providers.file.watch=true',
    '--providers.providersthrottleduration=200ms',
    '--api.insecure=true',
    '--metrics.prometheus.addserviceslabels=true',
  );
  const front = `http://127.0.0.1:${String(port)}`;
  await serving(front);
  return { front, api: `http://127.0.0.1:${String(api)}`, dynamic };
}

/** Ends all of it, and the copies that were made of it. */
export async function endBakery(): Promise<void> {
  const containers = await docker('ps', '--all', '--quiet', '--filter', `label=${label}`);
  if (containers !== '') await docker('rm', '--force', '--volumes', ...containers.split('\n'));
  const networks = await docker('network', 'ls', '--quiet', '--filter', `label=${label}`);
  if (networks !== '') await docker('network', 'rm', ...networks.split('\n'));
}

export async function startCopy(name: string, version: string): Promise<void> {
  const options = [
    '--label',
    label,
    '--label',
    ofBakery,
    '--network',
    network,
    '--name',
    name,
    '--stop-timeout',
    '10',
  ];
  await docker('run', '--detach', ...options, `bakery:${version}`);
}

/** Writes the proxy's configuration as its owner does, which Coalmine never changes. */
export async function sendTo(dynamic: string, names: readonly string[]): Promise<void> {
  const servers = names.map((name) => `{ url: http://${name}:8080 }`).join(', ');
  await writeFile(
    join(dynamic, 'bakery.yml'),
    [
      'http:',
      '  routers:',
      '    bakery: { rule: PathPrefix(`/`), service: bakery }',
      '  services:',
      `    bakery: { loadBalancer: { servers: [${servers}] } }`,
      '',
    ].join('\n'),
  );
}

async function serving(front: string): Promise<void> {
  const deadline = Date.now() + startTime;
  for (;;) {
    const status = await fetch(`${front}/menu`).then(
      (response) => response.status,
      (error: unknown) => String(error),
    );
    if (status === 200) return;
    if (Date.now() > deadline)
      throw new Error(`${front}/menu: ${String(status)}; see docker logs bakery-traefik`);
    await sleep(100);
  }
}
