/** A whole Kubernetes node on this machine. */
import { execFile, type PromiseWithChild } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { makeCredentials } from './credentials.ts';
import { importImages } from './images.ts';
import { argumentsOf, pause, writeConfigs, type Part } from './parts.ts';
import { addresses, folder, kubeconfig, name } from './place.ts';
import { closeRoom, gone, openRoom, processes, room, start, type Process } from './room.ts';

const run = promisify(execFile);
const gateway = fileURLToPath(new URL('gateway.yaml', import.meta.url));

/** Why no node can run on this machine; null if one can. */
export async function lacking(): Promise<string | null> {
  const advice = 'Use a cluster of your own with CLUSTER_CONTEXT, as docs/cluster.md says.';
  if (process.platform !== 'linux' || process.getuid?.() !== 0)
    return `A Kubernetes node needs root on Linux. ${advice}`;
  try {
    await run('unshare', ['--net', '--mount', '--pid', '--fork', 'true']);
  } catch {
    return `A Kubernetes node needs to make namespaces, and may not here (a container?). ${advice}`;
  }
  return null;
}

/** A node as it stands on this machine: what is missing of it can be started, and what runs can be ended. */
export class Node {
  readonly #programs: string;

  /** @param programs the folder that `build.sh` names */
  constructor(programs: string) {
    this.#programs = programs;
  }

  /** Starts what does not run of it, and waits until it takes pods and requests. Throws where it does not within two minutes. */
  async up(): Promise<void> {
    if ((await room()) === null) await this.#open();
    await Promise.all([this.start('etcd'), this.start('containerd')]);
    await this.start('kube-apiserver');
    for (const part of ['kube-controller-manager', 'kube-scheduler', 'kube-proxy', 'kubelet'] as const)
      await this.start(part);
    await this.#eventually('containerd answers', () =>
      importImages({ '/pause': join(this.#programs, 'pause') }, [{ name: pause, command: ['/pause'] }]),
    );
    await this.kubectl('apply', '--server-side', '-f', join(this.#programs, 'gateway-api'));
    await this.kubectl('wait', '--for=condition=Established', 'crd', '--all', '--timeout=60s');
    await this.kubectl('apply', '--server-side', '-f', gateway);
    await this.start('traefik');
    await this.start('prometheus');
    await this.#eventually('the node is ready', () =>
      this.kubectl('wait', '--for=condition=Ready', `node/${name}`, '--timeout=5s'),
    );
    await this.#eventually('the gateway is programmed', () =>
      this.kubectl('wait', '--for=condition=Programmed', 'gateway/web', '-n', 'gateway', '--timeout=5s'),
    );
    await this.#eventually('Prometheus is ready', async () => {
      const { ok, status } = await fetch(`${addresses.prometheus}/-/ready`);
      if (!ok) throw new Error(`it answered ${String(status)}`);
    });
    await this.#eventually('pods have an account', () => this.kubectl('get', 'serviceaccount', 'default'));
  }

  /** Ends all of it; nothing of it is left on this machine. */
  async down(): Promise<void> {
    await closeRoom();
  }

  /** Starts a part, unless it runs, and waits until others can use it. */
  async start(part: Part): Promise<void> {
    if ((await this.find(part)) !== null) return;
    const program = part.startsWith('kube') || part === 'traefik' ? join(this.#programs, part) : part;
    await start(part, program, argumentsOf[part]);
    if (part === 'kube-apiserver')
      await this.#eventually('the API server is ready', () => this.kubectl('get', '--raw', '/readyz'));
  }

  /** Ends a part at once, as `kill -9` does; its pods and its data stay. */
  async kill(part: Part): Promise<void> {
    const found = await this.find(part);
    if (found === null) return;
    process.kill(found.pid, 'SIGKILL');
    await gone(found.pid);
  }

  /** The process of a part; null if it does not run. */
  async find(part: Part): Promise<Process | null> {
    return (await processes()).find((process) => process.name === part) ?? null;
  }

  /** Whether it runs, be it without some of its parts. */
  async isOpen(): Promise<boolean> {
    return (await room()) !== null;
  }

  /** Creates these objects in a namespace, or changes them to what is given here. */
  async apply(namespace: string, manifests: readonly object[]): Promise<void> {
    const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: manifests });
    const applying = this.#call(['apply', '--server-side', '-n', namespace, '-f', '-']);
    applying.child.stdin?.end(list);
    await applying;
  }

  /** What `kubectl` prints of this node's cluster. Throws with what it says, if it fails. */
  async kubectl(...args: string[]): Promise<string> {
    return (await this.#call(args)).stdout;
  }

  #call(args: readonly string[]): PromiseWithChild<{ stdout: string; stderr: string }> {
    return run(this.path('kubectl'), ['--kubeconfig', kubeconfig, ...args]);
  }

  /** Where a program of the node is. */
  path(program: string): string {
    return join(this.#programs, program);
  }

  async #open(): Promise<void> {
    await closeRoom();
    await makeCredentials();
    await writeConfigs();
    await openRoom();
  }

  async #eventually(what: string, attempt: () => Promise<unknown>): Promise<void> {
    const end = Date.now() + 120_000;
    for (;;) {
      try {
        await attempt();
        return;
      } catch (error) {
        if (Date.now() > end)
          throw new Error(`Not within two minutes: ${what}. The logs are in ${join(folder, 'logs')}`, {
            cause: error,
          });
        await setTimeout(200);
      }
    }
  }
}
