import { ApplicationFailure } from '@temporalio/common';

/** The API server of a cluster cannot be reached, or refuses; the message says which and why. */
export class ClusterError extends Error {
  override readonly name = 'ClusterError';
  /** Of the answer; null: there was none. */
  readonly status: number | null;

  constructor(message: string, { status = null, cause }: { status?: number | null; cause?: unknown } = {}) {
    super(message, { cause });
    this.status = status;
  }
}

/** Of the API server (ms). */
const patience = 20_000;

/** The API server of a cluster, asked with the credentials that a worker in this environment has. */
export interface ClusterApi {
  /** `https://10.0.0.1:6443` */
  server: string;
  /**
   * What is at a path; null: nothing, or the path is not known.
   *
   * @throws ClusterError
   */
  get(path: string): Promise<unknown>;
  /**
   * What the server makes of an object.
   *
   * @throws ClusterError
   */
  post(path: string, object: unknown): Promise<unknown>;
}

/** Which cluster, and as whom. */
export interface ClusterUser {
  /** A context of the kubeconfig; empty: the current one, or the cluster that this process runs in. */
  context: string;
  /** Another user to act as, such as `system:serviceaccount:coalmine:coalmine`; null: as oneself. */
  as: string | null;
}

/** @throws ClusterError where there is no such context */
export async function connectCluster({ context, as }: ClusterUser): Promise<ClusterApi> {
  // Loaded by the commands that ask a cluster only.
  const { accessTo } = await import('../activities/kubernetes/access.ts');
  const { NoCredentials, sendTo } = await import('../activities/kubernetes/sending.ts');
  const { server } = await accessTo(context).catch(failed);

  async function exchange(method: 'GET' | 'POST', path: string, body?: unknown): Promise<unknown> {
    const signal = AbortSignal.timeout(patience);
    const { status, text } = await sendTo(context, { method, path, body, as }, signal).catch(
      (error: unknown) =>
        error instanceof ApplicationFailure || error instanceof NoCredentials
          ? failed(error)
          : failed(error, `${server} gives no answer`),
    );
    if (status === 404) return null;
    if (status >= 300)
      throw new ClusterError(
        `${server} answered ${String(status)} to ${method} ${path}: ${messageIn(text)}`,
        {
          status,
        },
      );
    try {
      return JSON.parse(text) as unknown;
    } catch (error) {
      return failed(error, `${server} answered ${method} ${path} without JSON`);
    }
  }
  return {
    server,
    get: (path) => exchange('GET', path),
    post: (path, object) => exchange('POST', path, object),
  };
}

function failed(error: unknown, what?: string): never {
  const found = error instanceof Error ? error.message : String(error);
  throw new ClusterError(what === undefined ? found : `${what}: ${found}`, { cause: error });
}

/** What the server says of a fault. */
function messageIn(text: string): string {
  try {
    const { message } = JSON.parse(text) as { message?: unknown };
    if (typeof message === 'string') return message;
  } catch {
    // Whatever answered, it was no API server.
  }
  return text.slice(0, 200);
}
