/** What people do today who have one host: the same change of version without Coalmine. */
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { label, network, sendTo, startCopy } from '../../examples/docker/bakery.ts';
import { docker } from '../../examples/docker/images.ts';

const run = promisify(execFile);

/** Brings a version to all users. */
export type Change = (version: string) => Promise<void>;

/** `docker compose up` with the image of another version: the container is stopped, and one like it started. */
export async function composeUp(directory: string, dynamic: string, stable: string): Promise<Change> {
  const [key = '', value = ''] = label.split('=');
  const change: Change = async (version) => {
    const bakery = {
      image: `bakery:${version}`,
      container_name: 'bakery-compose',
      labels: { [key]: value },
      networks: ['own'],
    };
    const networks = { own: { external: true, name: network } };
    const file = join(directory, 'compose.json');
    await writeFile(file, JSON.stringify({ name: 'bakery', services: { bakery }, networks }));
    await run('docker', ['compose', '--file', file, 'up', '--detach', '--wait']);
  };
  await change(stable);
  await sendTo(dynamic, ['bakery-compose']);
  return change;
}

/** The common script: start the other colour, wait until it answers, point the proxy at it, stop the earlier one. */
export async function switchColours(dynamic: string, stable: string): Promise<Change> {
  let [serving, other] = ['bakery-blue', 'bakery-green'];
  await startCopy(serving, stable);
  await sendTo(dynamic, [serving]);
  return async (version) => {
    await docker('rm', '--force', other).catch(() => undefined);
    await startCopy(other, version);
    await docker('exec', other, 'node', '-e', untilHealthy);
    await sendTo(dynamic, [other]);
    await docker('stop', serving);
    [serving, other] = [other, serving];
  };
}

const untilHealthy = `
  const ask = () => fetch('http://127.0.0.1:8080/healthz').catch(() => setTimeout(ask, 100));
  ask();
`;
