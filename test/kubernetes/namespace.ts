/** A namespace for one test file, and what it asks of the cluster. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { request } from 'undici';

/** A cluster that tests may use, and what is on it. */
export interface TestCluster {
  /** Path of a kubeconfig with this context. */
  kubeconfig: string;
  context: string;
  /** The command that speaks to it. */
  kubectl: string;
  /** Of routes: the Gateway that they name as parent, the listener's section left out. */
  parent: { namespace: string; name: string };
  /** Where requests to the gateway go, as `http://10.0.0.1:8000`; their Host decides on the route. */
  gateway: string;
  /** Scrapes the gateway. */
  prometheus: string;
  /** Folder of the programs of our own node, whose parts tests may kill; null where the cluster is somebody's. */
  programs: string | null;
}

/** An object of Kubernetes, as far as tests look. */
export interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string; [key: string]: unknown };
  [key: string]: unknown;
}

export class Namespace {
  readonly name: string;
  /** For a route of this namespace: nobody else's. */
  readonly host: string;
  readonly #cluster: TestCluster;
  /** Options of `kubectl` that say as whom. */
  readonly #as: readonly string[];

  private constructor(cluster: TestCluster, name: string, as: readonly string[] = []) {
    this.#cluster = cluster;
    this.name = name;
    this.host = `${name}.example`;
    this.#as = as;
  }

  /** Makes one whose name begins with this word. */
  static async create(cluster: TestCluster, word: string): Promise<Namespace> {
    const namespace = new Namespace(cluster, `${word}-${randomBytes(3).toString('hex')}`);
    await namespace.kubectl('create', 'namespace', namespace.name);
    return namespace;
  }

  /** What `kubectl` prints of this namespace. Throws with what it says, if it fails. */
  async kubectl(...args: string[]): Promise<string> {
    return this.#run(args);
  }

  /** Creates these objects, or changes them to what is written here. */
  async apply(...manifests: Manifest[]): Promise<void> {
    const list = { apiVersion: 'v1', kind: 'List', items: manifests };
    await this.#run(['apply', '--server-side', '-f', '-'], JSON.stringify(list));
  }

  /** An object as the cluster has it; `deployment/shop`. */
  async get(of: string): Promise<Manifest> {
    return JSON.parse(await this.kubectl('get', of, '-o', 'json')) as Manifest;
  }

  /** Waits until a Deployment has all of its copies, of its present version and ready. */
  async rolledOut(deployment: string): Promise<void> {
    await this.kubectl('rollout', 'status', `deployment/${deployment}`, '--timeout=120s');
  }

  /** The same for who speaks with a token of a service account of this namespace. */
  async asAccount(account: string): Promise<Namespace> {
    return new Namespace(this.#cluster, this.name, ['--token', await this.token(account)]);
  }

  /** A token of a service account, valid for an hour. */
  async token(account: string): Promise<string> {
    return (await this.kubectl('create', 'token', account)).trim();
  }

  /** What the gateway answers to a request for `host`; "404 …" where no route is there yet. */
  async ask(path = '/', headers: Record<string, string> = {}): Promise<string> {
    const { statusCode, body } = await request(`${this.#cluster.gateway}${path}`, {
      headers: { ...headers, host: this.host },
    });
    const answer = await body.text();
    return statusCode === 200 ? answer : `${String(statusCode)} ${answer}`;
  }

  /** Deletes all that is in it; its pods end within the grace period. */
  async remove(): Promise<void> {
    await this.kubectl('delete', 'namespace', this.name, '--wait=false');
  }

  async #run(args: readonly string[], input = ''): Promise<string> {
    const { kubectl, kubeconfig, context } = this.#cluster;
    const options = ['--kubeconfig', kubeconfig, '--context', context, '--namespace', this.name];
    const child = spawn(kubectl, [...options, ...this.#as, ...args]);
    child.stdin.end(input);
    const [out, said, [code]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'close') as Promise<[number | null]>,
    ]);
    if (code !== 0) throw new Error(`kubectl ${args.join(' ')}: ${said.trim()}`);
    return out;
  }
}
