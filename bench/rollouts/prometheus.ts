import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { findPrometheus } from '../../examples/demo/prometheus.ts';
import { freePort } from '../../examples/platform/free-port.ts';
import type { Platform } from './platform.ts';
import { compression, every } from './time.ts';

export interface Prometheus {
  url: string;
  end: () => Promise<void>;
}

/** Scrapes of each stable copy before the first release: a service is not new when it gets one. */
const warmUp = 5;

/** A real Prometheus that scrapes both tracks of each service: a job per service, a target per track. Comes back once it has. */
export async function startPrometheus(
  directory: string,
  { address, services }: Platform,
  progress: (line: string) => void,
): Promise<Prometheus> {
  const interval = `${every / compression}ms`;
  const config = join(directory, 'prometheus.yml');
  const jobs = services.map(({ name }) => ({
    job_name: name,
    static_configs: ['stable', 'canary'].map((track) => ({
      targets: [address],
      labels: { track, instance: `${name}-${track}`, __metrics_path__: `/${name}/${track}` },
    })),
  }));
  const settings = { scrape_interval: interval, scrape_timeout: interval };
  await writeFile(config, JSON.stringify({ global: settings, scrape_configs: jobs }));
  const port = await freePort('127.0.0.1');
  const args = [
    `--config.file=${config}`,
    `--storage.tsdb.path=${join(directory, 'prometheus')}`,
    `--web.listen-address=127.0.0.1:${port}`,
    '--log.level=warn',
  ];
  const child = spawn(await findPrometheus(progress), args, { stdio: ['ignore', 'ignore', 'inherit'] });
  const exited = once(child, 'exit');
  const url = `http://127.0.0.1:${port}`;
  while ((await fetch(`${url}/-/ready`).catch(() => null))?.ok !== true) {
    if (child.exitCode !== null) throw new Error(`Prometheus ended with ${child.exitCode}`);
    await delay(50);
  }
  while ((await scraped(url)) < warmUp * services.length) await delay(200);
  return {
    url,
    end: async () => {
      child.kill('SIGTERM');
      await exited;
    },
  };
}

/** How many scrapes it has stored. */
async function scraped(url: string): Promise<number> {
  const query = encodeURIComponent('sum(count_over_time(up{track="stable"}[1m]))');
  const answer = await fetch(`${url}/api/v1/query?query=${query}`);
  const { data } = (await answer.json()) as { data: { result: { value: [number, string] }[] } };
  return Number(data.result[0]?.value[1] ?? 0);
}
