import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { Rollouts } from '../../src/client.ts';
import { freePort } from '../../src/temporal/ports.ts';
import { perSecond } from '../../src/text/number.ts';
import { startTraffic, type Traffic } from '../platform/traffic.ts';
import type { Page } from './page.ts';
import { coalmine, runBinary, runCoalmine, runPlatform } from './programs.ts';
import { findPrometheus, prometheusArguments } from './prometheus.ts';

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

/** How each thing on the stage is ended, in the order in which they were begun. */
export type Ends = (() => Promise<void>)[];

const stableVersion = '14.1.0';

/** Requests that users send in a second. */
const trafficRate = 150;

/**
 * Starts the platform, Temporal with a worker, a Prometheus if asked, and live traffic, all in a directory that is the demo's own. What
 * has to be ended is in `ends` before it begins.
 */
export async function setStage(
  directory: string,
  page: Page,
  ends: Ends,
  withPrometheus: boolean,
): Promise<Stage> {
  await clear(directory);
  const around = {
    cwd: directory,
    log: join(directory, 'demo.log'),
    hear: (line: string) => page.event('', line),
  };

  const ports = ['--port', String(await freePort(4001)), '--front-port', String(await freePort(4000))];
  const platform = runPlatform(['--stable', stableVersion, '--directory', 'platform', ...ports], around);
  ends.push(() => platform.end());
  ends.push(() => stopTemporal(directory));
  const worker = runCoalmine(['dev', '--json'], around);
  ends.push(() => worker.end());

  const site = (await platform.ready()) as { control: string; front: string };
  page.event('platform', `${stableVersion} serves at ${site.front}, three copies behind a front door`);
  const temporal = (await worker.ready()) as { address: string; webUi: string };
  page.event('temporal', `${temporal.address}, Web UI ${temporal.webUi}, and a worker`);

  const prometheus = withPrometheus ? `http://127.0.0.1:${String(await freePort(9090))}` : null;
  if (prometheus !== null) {
    const binary = await findPrometheus(around.hear);
    const args = await prometheusArguments(
      join(directory, 'prometheus'),
      site.control,
      Number(new URL(prometheus).port),
    );
    const running = runBinary(binary, args, around);
    ends.push(() => running.end());
    await running.ready();
    page.event('prometheus', `${prometheus}, scrapes the platform each second`);
  }

  const connection = await Connection.connect({ address: temporal.address });
  ends.push(() => connection.close());
  const traffic = startTraffic(site.front, trafficRate);
  ends.push(() => traffic.stop());
  page.event('traffic', `${perSecond(trafficRate)} by users, from now on`);

  const spec = join(directory, 'rollout.yaml');
  const file = prometheus === null ? 'rollout.yaml' : 'rollout-prometheus.yaml';
  const text = await readFile(new URL(file, import.meta.url), 'utf8');
  await writeFile(
    spec,
    text
      .replaceAll('http://127.0.0.1:4001', site.control)
      .replaceAll('http://127.0.0.1:9090', prometheus ?? ''),
  );
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
