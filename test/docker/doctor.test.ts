import { randomBytes } from 'node:crypto';
import { Client } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import type { Finding } from '../../src/doctor/finding.ts';
import { rolloutId } from '../../src/domain/surface.ts';
import { coalmine } from '../cli/coalmine.ts';
import { devServer } from '../cli/server.ts';
import { docker, makeImages } from './shop.ts';

describe.skipIf(inject('noDocker') !== null)('the doctor, of containers', () => {
  const server = devServer();
  const service = `shop-${randomBytes(4).toString('hex')}`;

  const made = async (name: string, role: string): Promise<void> => {
    const labels = { service, role, version: '2.4.0', epoch: '1', effect: '1' };
    const options = Object.entries(labels).flatMap(([key, value]) => ['--label', `coalmine.${key}=${value}`]);
    await docker('create', '--name', name, ...options, 'coalmine-test/shop:2.4.0');
  };

  const look = async (env: Record<string, string>): Promise<Finding[]> => {
    const { stdout } = await coalmine(['doctor', '--json'], {
      TEMPORAL_ADDRESS: server().address,
      COALMINE_ALLOW_HOSTS: 'loopback',
      ...env,
    });
    const findings = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Finding);
    return findings.filter(({ about, text }) => about === 'containers' && !isOfOthers(text));
  };
  /** Somebody else may release on this engine. */
  const isOfOthers = (text: string): boolean => text.includes('is left of') && !text.includes(service);
  const allowed = { COALMINE_ALLOW_SOCKETS: '/var/run/docker.sock' };

  beforeAll(async () => {
    await makeImages();
    await made(`${service}-canary-1`, 'canary');
    await made(`${service}.coalmine-next`, 'next');
    await made(`${service}.coalmine-earlier`, 'earlier');
    await made(service, 'next');
  });
  afterAll(async () => {
    await docker(
      'rm',
      '--force',
      ...(await docker('ps', '-aq', '--filter', `label=coalmine.service=${service}`)).split('\n'),
    );
  });

  test('finds what a rollout has left that is over, and says how it goes away', async () => {
    const [found] = await look(allowed);
    expect(found).toMatchObject({ state: 'problem' });
    expect(found?.text).toContain(`${service}.coalmine-next`);
    expect(found?.text).not.toContain('.coalmine-earlier');
    const [, command = ''] = /: (docker rm .*)$/.exec(found?.mend.at(-1) ?? '') ?? [];
    await docker(...command.split(' ').slice(1));
    expect(
      await docker('ps', '-a', '--format', '{{.Names}}', '--filter', `label=coalmine.service=${service}`),
    ).toBe([service, `${service}.coalmine-earlier`].join('\n'));
    expect((await look(allowed)).filter(({ state }) => state === 'problem')).toEqual([]);
  });

  test('leaves alone what stands beside stable while a rollout goes on', async () => {
    await made(`${service}-canary-1`, 'canary');
    const { workflow } = new Client({ connection: server().connection });
    const handle = await workflow.start('rollout', {
      taskQueue: 'nobody',
      workflowId: rolloutId(service),
      args: [],
    });
    await expect
      .poll(async () => (await look(allowed)).filter(({ state }) => state === 'problem'), { timeout: 30_000 })
      .toEqual([]);
    await handle.terminate();
    await expect
      .poll(() => look(allowed), { timeout: 30_000 })
      .toEqual([expect.objectContaining({ state: 'problem' })]);
  });

  test('asks no engine where specs may use no socket, and says so where there is none', async () => {
    expect(await look({})).toEqual([]);
    const [found] = await look({ ...allowed, PATH: '/nowhere' });
    expect(found?.text).toContain('There is no command docker on PATH');
  });
});
