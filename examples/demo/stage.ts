import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { Rollouts } from '../../src/client.ts';
import { freePort } from '../../src/temporal/ports.ts';
import { perSecond } from '../../src/text/number.ts';
import { startTraffic, type Traffic } from '../platform/traffic.ts';
import type { Page } from './page.ts';
import { dockerSite } from './docker-site.ts';
import { kubernetesSite } from './kubernetes-site.ts';
import { platformSite } from './platform-site.ts';
import { coalmine, runBinary, runCoalmine, type Surroundings } from './programs.ts';
import { findPrometheus, prometheusArguments } from './prometheus.ts';
import type { Ends } from './site.ts';

/** Everything that runs during the demo. */
export interface Stage {
  /** Where users go. */
  front: string;
  /** host:port of Temporal. */
  address: string;
  webUi: string;
  traffic: Traffic;
  rollouts: Rollouts;
  /** Starts the release of a version by `coalmine start`. */
  start: (version: string) => Promise<{ rollout: string; runId: string; webUi: string | null }>;
}

/** Requests that users send in a second. */
const trafficRate = 150;

/** What is asked of the demo. */
export interface Wishes {
  /** Judged by what a real Prometheus has scraped. */
  prometheus: boolean;
  /** Released to containers behind Traefik. */
  docker: boolean;
  /** Released to a Deployment behind a gateway. */
  kubernetes: boolean;
}

/**
 * Starts what is released to, Temporal with a worker, a Prometheus if asked, and live traffic, all in a directory that is the
 * demo's own. What has to be ended is in `ends` before it begins.
 */
export async function setStage(directory: string, page: Page, ends: Ends, wishes: Wishes): Promise<Stage> {
  await clear(directory);
  const around = {
    cwd: directory,
    log: join(directory, 'demo.log'),
    hear: (line: string) => page.event('', line),
  };
  const site = await (wishes.kubernetes
    ? kubernetesSite(page, ends)
    : wishes.docker
      ? dockerSite(directory, page, ends)
      : platformSite(around, ends, wishes.prometheus));
  page.event('platform', site.about);
  ends.push(() => stopTemporal(directory));
  const worker = runCoalmine(['dev', '--json'], { ...around, environment: site.environment });
  ends.push(() => worker.end());
  const temporal = (await worker.ready()) as { address: string; webUi: string };
  page.event('temporal', `${temporal.address}, Web UI ${temporal.webUi}, and a worker`);
  const prometheus = site.scraped === null ? null : await scraping(site.scraped, around, page, ends);

  const connection = await Connection.connect({ address: temporal.address });
  ends.push(() => connection.close());
  const traffic = startTraffic(site.front, trafficRate);
  ends.push(() => traffic.stop());
  page.event('traffic', `${perSecond(trafficRate)} by users, from now on`);

  const places = { ...site.places, ...(prometheus !== null && { 'http://127.0.0.1:9090': prometheus }) };
  const text = await readFile(new URL(site.spec, import.meta.url), 'utf8');
  const fitted = Object.entries(places).reduce((all, [place, here]) => all.replaceAll(place, here), text);
  await writeFile(join(directory, 'rollout.yaml'), fitted);
  return {
    front: site.front,
    ...temporal,
    traffic,
    rollouts: new Rollouts(new Client({ connection })),
    start: async (version) => {
      const said = await coalmine(['start', 'rollout.yaml', '--release', version, '--json'], directory);
      return JSON.parse(said) as Awaited<ReturnType<Stage['start']>>;
    },
  };
}

/** Starts a Prometheus; gives back its address. */
async function scraping(
  { name, url }: { name: string; url: string },
  around: Surroundings,
  page: Page,
  ends: Ends,
): Promise<string> {
  const port = await freePort(9090);
  const binary = await findPrometheus(around.hear);
  const args = await prometheusArguments(join(around.cwd, 'prometheus'), url, port);
  const running = runBinary(binary, args, around);
  ends.push(() => running.end());
  await running.ready();
  const address = `http://127.0.0.1:${String(port)}`;
  page.event('prometheus', `${address}, scrapes ${name} each second`);
  return address;
}

/** Ends a Temporal server that a killed demo has left behind, and what it wrote. */
async function clear(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true });
  await stopTemporal(directory);
  await rm(directory, { recursive: true });
  await mkdir(directory);
}

async function stopTemporal(directory: string): Promise<void> {
  await coalmine(['dev', '--stop'], directory);
}
