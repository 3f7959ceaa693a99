import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readConfig } from '../../src/config.ts';
import type { Artifact } from '../../src/temporal/artifact.ts';
import { findBinary } from '../../src/temporal/binary.ts';

const version = '3.13.5';
const release = `https://github.com/prometheus/prometheus/releases/download/v${version}`;
const archive = (platform: string): string => `${release}/prometheus-${version}.${platform}.tar.gz`;

const prometheus: Artifact = {
  name: 'prometheus',
  version,
  variable: 'PROMETHEUS_PATH',
  versionArguments: ['--version'],
  archive: {
    urls: {
      'linux-x64': archive('linux-amd64'),
      'linux-arm64': archive('linux-arm64'),
      'darwin-x64': archive('darwin-amd64'),
      'darwin-arm64': archive('darwin-arm64'),
    },
    checksums: `${release}/sha256sums.txt`,
  },
  advice:
    'Install Prometheus (apt-get install prometheus, brew install prometheus, or see ' +
    'https://prometheus.io/download) so that `prometheus` is on PATH, or set PROMETHEUS_PATH to its path.',
};

/** The binary: where a person says it is, on PATH, in the cache, or downloaded. */
export function findPrometheus(progress: (line: string) => void): Promise<string> {
  const { cacheDir, searchPath } = readConfig();
  return findBinary(prometheus, {
    given: process.env[prometheus.variable] ?? null,
    searchPath,
    cacheDir,
    progress,
  });
}

/**
 * What a Prometheus is started with that scrapes the platform each second.
 *
 * @param directory its own, made if need be
 * @param control the platform's control server
 */
export async function prometheusArguments(
  directory: string,
  control: string,
  port: number,
): Promise<string[]> {
  await mkdir(directory, { recursive: true });
  const config = join(directory, 'prometheus.yml');
  const targets = [new URL(control).host];
  await writeFile(
    config,
    JSON.stringify({
      global: { scrape_interval: '1s', scrape_timeout: '1s' },
      scrape_configs: [{ job_name: 'bakery', static_configs: [{ targets }] }],
    }),
  );
  return [
    `--config.file=${config}`,
    `--storage.tsdb.path=${join(directory, 'data')}`,
    `--web.listen-address=127.0.0.1:${port}`,
  ];
}
