/** The API of one namespace of a cluster, as far as releases need it. */
import { ApplicationFailure } from '@temporalio/common';
import { z } from 'zod';
import { duration } from '../../src/text/duration.ts';
import { refused, unavailable } from '../failures.ts';
import { excerpt } from '../http-answer.ts';
import { isOutOfTime, whyNoAnswer } from '../no-answer.ts';
import type { Grants } from '../ports.ts';
import { faultOf } from './faults.ts';
import type { Kind, KubeObject, NewObject } from './kinds.ts';
import { fieldManager, NoCredentials, sendTo, TooLarge, type Answer, type Asked } from './sending.ts';

/** For a whole answer (ms). */
const patience = 20_000;
/** Of a container's log: its last lines. */
const logLines = 5;

/**
 * One namespace. Reads are consistent: they say what was written last. Each call rejects with the signal's reason when it is
 * aborted, with a retryable `TargetUnavailable` failure where there is no whole answer or another try may help, and with a
 * non-retryable `TargetRefused` at anything else. No message holds a secret of the worker.
 */
export interface Cluster {
  readonly namespace: string;
  /** Null: there is none of this name. */
  get<T extends KubeObject>(kind: Kind<T>, name: string, signal: AbortSignal): Promise<T | null>;
  list<T extends KubeObject>(kind: Kind<T>, which: Selection, signal: AbortSignal): Promise<T[]>;
  /** Null: one of this name is there already. */
  create<T extends KubeObject>(kind: Kind<T>, object: NewObject, signal: AbortSignal): Promise<T | null>;
  /** Compare and swap: null where the object was changed, or is gone, since it was read. */
  replace<T extends KubeObject>(kind: Kind<T>, object: T, signal: AbortSignal): Promise<T | null>;
  /** Deletes exactly what was read; false where it was changed since. One that is gone counts as deleted. */
  remove<T extends KubeObject>(kind: Kind<T>, object: T, signal: AbortSignal): Promise<boolean>;
  /** What a strategic merge patch would make of an object; nothing is changed. */
  patched<T extends KubeObject>(kind: Kind<T>, name: string, patch: unknown, signal: AbortSignal): Promise<T>;
  /** The last lines of a container's log; empty where there is none. */
  lastWords(pod: string, container: string, previous: boolean, signal: AbortSignal): Promise<string>;
}

/** Which objects of a kind: all, where nothing is said. */
interface Selection {
  /** `app=checkout,track!=canary` */
  labels?: string;
  /** `involvedObject.uid=…` */
  fields?: string;
}

interface Request extends Asked {
  /** What it is for: messages begin with it. */
  what: string;
  /** Statuses beside 2xx that the caller understands. */
  takes?: readonly number[];
}

/**
 * @param context of the worker's kubeconfig; empty: its current one, or the cluster that the worker runs in
 */
export function createCluster(context: string, namespace: string, grants: Grants): Cluster {
  const shown = context === '' ? 'the cluster' : `the cluster of ${context}`;

  async function exchange({ what, takes = [], ...asked }: Request, signal: AbortSignal): Promise<Answer> {
    grants.checkNamespace(context, namespace);
    const say = (found: string): string => `${what}: the API server of ${shown} ${found}`;
    const quote = (text: string): string => excerpt(grants.hiding.text(text));
    const late = AbortSignal.timeout(patience);
    const ends = AbortSignal.any([signal, late]);
    try {
      signal.throwIfAborted();
      const { status, text } = await sendTo(context, asked, ends);
      if ((status >= 200 && status < 300) || takes.includes(status)) return { status, text };
      throw faultOf(status, text, { say, quote });
    } catch (error) {
      if (error instanceof ApplicationFailure) throw error;
      if (error instanceof NoCredentials)
        throw unavailable(
          `${what}: the worker got no credentials for ${shown} (${quote(error.message)}); see its kubeconfig, and the command that is named there`,
        );
      if (signal.aborted && !isOutOfTime(signal.reason)) throw signal.reason;
      if (ends.aborted)
        throw unavailable(
          say(`gave no whole answer within ${duration(patience)}; see whether it is overloaded`),
        );
      if (error instanceof TooLarge) throw refused(say(error.message));
      const { found, todo } = whyNoAnswer(error);
      throw unavailable(say(`gave no whole answer (${quote(found)}); ${todo}`));
    }
  }

  const pathOf = ({ apiVersion, resource }: Kind<KubeObject>, name?: string): string =>
    [
      apiVersion.includes('/') ? '/apis' : '/api',
      apiVersion,
      'namespaces',
      namespace,
      resource,
      ...(name === undefined ? [] : [encodeURIComponent(name)]),
    ].join('/');
  const named = ({ kind }: Kind<KubeObject>, name: string): string =>
    `${kind.toLowerCase()} ${namespace}/${name}`;
  const understood = <T>(text: string, shape: z.ZodType<T>, what: string): T => {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      throw unavailable(`${what}: the API server of ${shown} answered without JSON`);
    }
    const parsed = shape.safeParse(value);
    if (parsed.success) return parsed.data;
    const [issue] = parsed.error.issues;
    throw refused(
      `${what}: the API server of ${shown} answered with JSON of another form: ${z.core.toDotPath(issue?.path ?? [])}: ${issue?.message ?? ''}`,
    );
  };

  return {
    namespace,

    async get(kind, name, signal) {
      const what = `get ${named(kind, name)}`;
      const { status, text } = await exchange(
        { what, method: 'GET', path: pathOf(kind, name), takes: [404] },
        signal,
      );
      return status === 404 ? null : understood(text, kind.shape, what);
    },

    async list(kind, { labels, fields }, signal) {
      const what = `list ${kind.resource} of ${namespace}`;
      const query = {
        ...(labels !== undefined && { labelSelector: labels }),
        ...(fields !== undefined && { fieldSelector: fields }),
      };
      const { text } = await exchange({ what, method: 'GET', path: pathOf(kind), query }, signal);
      return understood(text, z.object({ items: z.array(kind.shape) }), what).items;
    },

    async create(kind, object, signal) {
      const what = `create ${named(kind, object.metadata.name)}`;
      const { status, text } = await exchange(
        {
          what,
          method: 'POST',
          path: pathOf(kind),
          query: { fieldManager },
          body: { apiVersion: kind.apiVersion, kind: kind.kind, ...object },
          takes: [409],
        },
        signal,
      );
      return status === 409 ? null : understood(text, kind.shape, what);
    },

    async replace(kind, object, signal) {
      const { name } = object.metadata;
      const what = `update ${named(kind, name)}`;
      const { status, text } = await exchange(
        {
          what,
          method: 'PUT',
          path: pathOf(kind, name),
          query: { fieldManager },
          body: object,
          takes: [404, 409],
        },
        signal,
      );
      return status === 200 ? understood(text, kind.shape, what) : null;
    },

    async remove(kind, { metadata: { name, uid, resourceVersion } }, signal) {
      const { status } = await exchange(
        {
          what: `delete ${named(kind, name)}`,
          method: 'DELETE',
          path: pathOf(kind, name),
          body: {
            apiVersion: 'v1',
            kind: 'DeleteOptions',
            preconditions: { uid, resourceVersion },
            propagationPolicy: 'Background',
          },
          takes: [404, 409],
        },
        signal,
      );
      return status !== 409;
    },

    async patched(kind, name, patch, signal) {
      const what = `patch ${named(kind, name)} (dry run)`;
      const { text } = await exchange(
        {
          what,
          method: 'PATCH',
          path: pathOf(kind, name),
          query: { fieldManager, dryRun: 'All' },
          body: patch,
          contentType: 'application/strategic-merge-patch+json',
        },
        signal,
      );
      return understood(text, kind.shape, what);
    },

    async lastWords(pod, container, previous, signal) {
      const { status, text } = await exchange(
        {
          what: `logs of pod ${namespace}/${pod}`,
          method: 'GET',
          path: `/api/v1/namespaces/${namespace}/pods/${encodeURIComponent(pod)}/log`,
          query: {
            container,
            tailLines: String(logLines),
            limitBytes: '4096',
            ...(previous && { previous: 'true' }),
          },
          // There is none, or the worker may not read it: what is told is told without.
          takes: [400, 403, 404, 500],
        },
        signal,
      );
      return status === 200 ? text : '';
    },
  };
}
