import { once } from 'node:events';
import { mkdirSync, openSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import type { Server } from 'node:http';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { Calls } from './calls.ts';
import type { TrackName } from './contract.ts';
import { controlServer } from './control.ts';
import { Counters } from './counters.ts';
import { frontDoor } from './front-door.ts';
import { Platform } from './platform.ts';
import { oldLinks, startTraffic, startVisitors } from './traffic.ts';

const { values } = parseArgs({
  options: {
    /** Where everything listens, and where it is found: an address of this machine, or a name that stands for one. */
    host: { type: 'string', default: '127.0.0.1' },
    /** Of the control server; 0 for any. */
    port: { type: 'string', default: '4001' },
    /** Of the front door; 0 for any. */
    'front-port': { type: 'string', default: '4000' },
    /** What serves at the very first start; without it the platform waits for its first release. */
    stable: { type: 'string' },
    copies: { type: 'string', default: '3' },
    /**
     * Requests a second of users at the front door. A tenth of them, with `--split-by user` a tenth of the users, follows
     * an old link to a page that is gone.
     */
    users: { type: 'string', default: '0' },
    /** What the front door assigns to a version: each `request`, or each `user`, whom a cookie keeps there. */
    'split-by': { type: 'string', default: 'request' },
    /** Where state, calls and logs lie; what is there is taken up again. */
    directory: { type: 'string', default: '.coalmine/platform' },
  },
});

const { host } = values;
const splitBy = splitByOf(values['split-by']);
const directory = resolve(values.directory);
mkdirSync(directory, { recursive: true });

const counters = new Counters();
const platform = new Platform({
  directory,
  host,
  log: openSync(join(directory, 'copies.log'), 'a'),
  stable: values.stable ?? null,
  copies: wholeNumber('--copies', values.copies),
  splitBy,
});
const backend = {
  split: () => platform.split,
  splitBy,
  next: (track: TrackName) => platform.track(track).next(),
};
const calls = new Calls(join(directory, 'calls.jsonl'));
const control = await listen(
  controlServer({ platform, counters, calls }),
  wholeNumber('--port', values.port),
);
const front = await listen(frontDoor(backend, counters), wholeNumber('--front-port', values['front-port']));

await platform.ready();
const users = wholeNumber('--users', values.users);
if (users > 0) (splitBy === 'user' ? startVisitors : startTraffic)(front, users, oldLinks);
console.log(JSON.stringify({ control, front, pid: process.pid }));

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    platform.end();
    process.exit(0);
  });
}

/** Its address, once it listens. */
async function listen(server: Server, port: number): Promise<string> {
  server.listen(port, host);
  await once(server, 'listening');
  return `http://${host}:${(server.address() as AddressInfo).port}`;
}

function splitByOf(value: string): 'request' | 'user' {
  if (value === 'request' || value === 'user') return value;
  throw new Error(`--split-by ${value} is neither request nor user`);
}

function wholeNumber(option: string, value: string): number {
  if (!/^\d+$/.test(value)) throw new Error(`${option} ${value} is no whole number`);
  return Number(value);
}
