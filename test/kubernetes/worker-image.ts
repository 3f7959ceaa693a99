/** The image of the worker, on the node. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import packageJson from '../../package.json' with { type: 'json' };
import { inside } from '../../examples/cluster/room.ts';

const run = promisify(execFile);

/** As docker-compose.yml builds it. */
export const workerImage = { repository: 'docker.io/library/coalmine', tag: packageJson.version };

/**
 * Gives the node the image that a Docker engine of this machine has.
 *
 * @returns why it cannot be had; null: it is there
 */
export async function importWorkerImage(): Promise<string | null> {
  const image = `coalmine:${workerImage.tag}`;
  const directory = await mkdtemp(join(tmpdir(), 'coalmine-worker-'));
  try {
    const archive = join(directory, 'image.tar');
    await run('docker', ['save', '--output', archive, image]);
    await inside('ctr', '--namespace', 'k8s.io', 'images', 'import', archive);
    return null;
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: string };
    const found = (stderr?.trim() || message).split('\n').join(' ');
    const reason = `test/kubernetes/chart.test.ts needs the image ${image} (docker compose build worker; without a registry: test/docker/images/make.sh); found: ${found}`;
    if (process.env['CI']) throw new Error(reason, { cause: error });
    console.warn(`skipped: ${reason}`);
    return reason;
  } finally {
    await rm(directory, { recursive: true });
  }
}
