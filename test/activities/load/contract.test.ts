import { fileURLToPath } from 'node:url';
import { createGrants } from '../../../activities/grants.ts';
import { load } from '../../../activities/load/registry.ts';
import type { Load } from '../../../activities/ports.ts';
import { readConfig } from '../../../src/config.ts';
import { connected } from '../../support/grants.ts';
import { loadContract } from './contract.ts';

const node = process.execPath;
const tool = fileURLToPath(new URL('../../support/load-tool.js', import.meta.url));
const grants = createGrants(
  readConfig({ COALMINE_ALLOW_HOSTS: 'loopback', COALMINE_ALLOW_COMMANDS: node, PATH: process.env['PATH'] }),
);
const shared = { counted: true, duration: 1000 };

/** Every kind of load, of so many requests a second, each with real requests. */
const subjects: { [Type in keyof typeof load]: (rate: number) => Load } = {
  http: (rate) => connected(load.http, { ...shared, type: 'http', method: 'GET', headers: {}, rate }, grants),
  command: (rate) => {
    const command = [node, tool, '$url', '$rate', '$duration', '$summary'];
    const plan = { ...shared, type: 'command', command, summary: 'coalmine', env: {}, rate } as const;
    return connected(load.command, plan, grants);
  },
};

for (const [type, connect] of Object.entries(subjects)) loadContract(type, connect);
