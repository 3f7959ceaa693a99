/**
 * Namespaces of Linux that the whole node runs in: its network, its mounts and its processes end with the first of them.
 * So it meets neither the networks nor the firewall of a Docker engine on the same machine.
 */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, open, readFile, readdir, readlink, rm, rmdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { folder, name, network } from './place.ts';

const run = promisify(execFile);
/** There once the room is complete. */
const complete = join(folder, 'complete');
const cgroups = '/sys/fs/cgroup';

/** Written by the parts at paths that nobody can choose, and kept in the node's folder. */
const kept = ['run', 'var/log', 'var/lib'];

/** Adopts whatever loses its parent. The last argument says whose it is. */
const first = ['bash', '-c', 'sleep infinity & wait', name];

export interface Process {
  pid: number;
  /** Of its program. */
  name: string;
  /** Bytes in memory. */
  memory: number;
}

/** The process id of the room's first process; null if there is no room, or one that was never completed. */
export async function room(): Promise<number | null> {
  return existsSync(complete) ? firstProcess() : null;
}

async function firstProcess(): Promise<number | null> {
  const line = [...first, ''].join('\0');
  for (const pid of await pids())
    if ((await readFile(`/proc/${String(pid)}/cmdline`, 'utf8').catch(() => '')) === line) return pid;
  return null;
}

async function pids(): Promise<number[]> {
  return (await readdir('/proc')).map(Number).filter((pid) => pid > 0);
}

/** Opens one, with the network that `place.ts` describes. What `folder` has stays. */
export async function openRoom(): Promise<void> {
  for (const path of [...kept, 'logs']) await mkdir(join(folder, path), { recursive: true });
  await makeCgroups();
  const namespaces = ['--net', '--mount', '--pid', '--fork', '--mount-proc', '--propagation=slave'];
  const child = spawn('unshare', [...namespaces, ...first], { detached: true, stdio: 'ignore', cwd: '/' });
  child.unref();
  await once(child, 'spawn');
  let started: number | null;
  while ((started = await firstProcess()) === null) await pause();
  const pid = started;
  const within = (...command: string[]): Promise<unknown> => run('nsenter', [...door(pid), ...command]);
  const mounted = (await readFile(`/proc/${String(pid)}/mounts`, 'utf8'))
    .split('\n')
    .map((line) => line.split(' ')[1]);
  for (const path of kept) {
    // A copy of what others have mounted there, such as a Docker engine, would keep them from unmounting it.
    for (const point of mounted.reverse())
      if (point?.startsWith(`/${path}/`)) await within('umount', '--lazy', point);
    await within('mount', '--bind', join(folder, path), `/${path}`);
  }
  const { host, node, link, route } = network;
  const [outer, inner] = ['coalmine0', 'coalmine1'];
  await run('ip', ['link', 'add', outer, 'type', 'veth', 'peer', 'name', inner, 'netns', String(pid)]);
  await run('ip', ['address', 'add', `${host}/${String(link)}`, 'dev', outer]);
  await run('ip', ['link', 'set', outer, 'up']);
  await within('ip', 'link', 'set', 'lo', 'up');
  await within('ip', 'address', 'add', `${node}/${String(link)}`, 'dev', inner);
  await within('ip', 'link', 'set', inner, 'up');
  await within('ip', 'route', 'add', 'default', 'via', host);
  await within('sysctl', '-q', '-w', 'net.ipv4.ip_forward=1');
  await run('ip', ['route', 'add', route, 'via', node]);
  await writeFile(complete, '');
}

/** Ends everything that runs in it, and removes what it leaves on this machine. */
export async function closeRoom(): Promise<void> {
  let pid: number | null;
  while ((pid = await firstProcess()) !== null) {
    // With the first process of its namespace the kernel ends all others, and the mounts and the network go with the last.
    process.kill(pid, 'SIGKILL');
    await gone(pid);
  }
  for (const tree of await cgroupTrees()) if (existsSync(tree)) await removeCgroup(tree);
  await rm(folder, { recursive: true, force: true });
}

/** What a command inside prints. Throws with what it says, if it fails. */
export async function inside(...command: string[]): Promise<string> {
  const options = { maxBuffer: 64 * 1024 * 1024, cwd: '/', env };
  return (await run('nsenter', [...door(await mustBeOpen()), ...command], options)).stdout;
}

/** Starts a program inside that goes on without us, its output in `logs/`. */
export async function start(log: string, program: string, args: string[]): Promise<void> {
  const command = [...door(await mustBeOpen()), program, ...args];
  const file = await open(join(folder, 'logs', `${log}.log`), 'a');
  const stdio = ['ignore', file.fd, file.fd] as const;
  const child = spawn('nsenter', command, { detached: true, stdio: [...stdio], cwd: '/', env });
  child.unref();
  await once(child, 'spawn');
  await file.close();
}

/** What the caller has in its environment is nothing to the node. */
const env = { PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin` };

/** What runs inside, without what runs in containers. */
export async function processes(): Promise<Process[]> {
  const pid = await room();
  if (pid === null) return [];
  const namespace = await readlink(`/proc/${String(pid)}/ns/pid`);
  const found: Process[] = [];
  for (const other of await pids()) {
    const entry = `/proc/${String(other)}`;
    try {
      if ((await readlink(`${entry}/ns/pid`)) !== namespace) continue;
      const program = basename(await readlink(`${entry}/exe`)).replace(/ \(deleted\)$/, '');
      const status = await readFile(`${entry}/status`, 'utf8');
      const memory = Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024;
      found.push({ pid: other, name: program, memory });
    } catch {
      // It has ended meanwhile.
    }
  }
  return found;
}

/** Resolves once this process is over. */
export async function gone(pid: number): Promise<void> {
  while (existsSync(`/proc/${String(pid)}`)) await pause();
}

const pause = (): Promise<void> => setTimeout(20);

async function mustBeOpen(): Promise<number> {
  const pid = await room();
  if (pid === null) throw new Error('No node runs here: npm run cluster -- up');
  return pid;
}

const door = (pid: number): string[] => ['--target', String(pid), '--net', '--mount', '--pid', '--'];

/** The node's group in each hierarchy; with version 2 there is one. */
async function cgroupTrees(): Promise<string[]> {
  if (existsSync(join(cgroups, 'cgroup.controllers'))) return [join(cgroups, name)];
  const hierarchies = await readdir(cgroups, { withFileTypes: true });
  return hierarchies.filter((entry) => entry.isDirectory()).map((entry) => join(cgroups, entry.name, name));
}

async function makeCgroups(): Promise<void> {
  for (const tree of await cgroupTrees()) {
    await mkdir(tree, { recursive: true });
    // Version 1 starts a group with no processors and no memory to run on.
    for (const file of ['cpuset.cpus', 'cpuset.mems']) {
      if (!existsSync(join(tree, file)) || existsSync(join(cgroups, 'cgroup.controllers'))) continue;
      await writeFile(join(tree, file), await readFile(join(tree, '..', file), 'utf8'));
    }
  }
}

async function removeCgroup(path: string): Promise<void> {
  for (const entry of await readdir(path, { withFileTypes: true })) {
    if (entry.isDirectory()) await removeCgroup(join(path, entry.name));
  }
  await rmdir(path);
}
