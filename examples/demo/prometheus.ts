import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readConfig } from '../../src/config.ts';
import type { Artifact, Pinned } from '../../src/temporal/artifact.ts';
import { findBinary } from '../../src/temporal/binary.ts';

const version = '3.13.2';
const release = `https://github.com/prometheus/prometheus/releases/download/v${version}`;
const archive = (platform: string, sha256: string): Pinned => ({
  url: `${release}/prometheus-${version}.${platform}.tar.gz`,
  sha256,
});

const prometheus: Artifact = {
  name: 'prometheus',
  version,
  variable: 'PROMETHEUS_PATH',
  versionArguments: ['--version'],
  // The sums of the release's own sha256sums.txt.
  archives: {
    'linux-x64': archive('linux-amd64', '0e8c4d46101bd025ea8265e377d2caabc57f488fc1be1c367f37db69ea41be6f'),
    'linux-arm64': archive('linux-arm64', '7cecb17a6f41d59814e1a0581a1f81f79051ad5973d1ecf39e23a9f747d6572a'),
    'darwin-x64': archive('darwin-amd64', 'e57095aed0b69e10edaee28b92718d4a65f46d466bf93aeda54075e901d15c2a'),
    'darwin-arm64': archive(
      'darwin-arm64',
      'f68ca4f1dbedd6366bbfdd8ac5d2c0b7ba1f273474acc8d38eb33202fbeec7a4',
    ),
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
