/** What is asked of an engine about containers, and done with them. Each call may be repeated. */
import { z } from 'zod';
import type { Made } from './clone.ts';
import type { Engine, EngineRequest } from './engine.ts';
import { inspected, listed, type Inspected, type Listed } from './inspected.ts';

/** A container, and the time by the engine's clock at which it was looked at; ms since 1970. */
export interface Seen {
  container: Inspected;
  now: number;
}

const created = z.object({ Id: z.string() });
const info = z.object({ MemTotal: z.number().positive() });

export type Containers = ReturnType<typeof containersOf>;

/** The most containers that are looked at. */
const mostListed = 1_000;

export function containersOf(engine: Engine) {
  const inspect = async (id: string, signal: AbortSignal): Promise<Seen | null> => {
    const { value, now } = await engine.json(
      { what: `inspect ${id}`, method: 'GET', path: `/containers/${id}/json`, takes: [404] },
      inspected,
      signal,
    );
    return value === null ? null : { container: value, now };
  };

  /** A 304 says that it is so already, a 404 that it is gone, a 409 that it is just being done. */
  const post = async (request: Omit<EngineRequest, 'method'>, signal: AbortSignal): Promise<number> =>
    (await engine.ask({ ...request, method: 'POST' }, signal)).status;

  return {
    inspect,

    /** Running or not. */
    async list(filters: Record<string, string[]>, signal: AbortSignal): Promise<Listed[]> {
      const query = { all: '1', limit: String(mostListed), filters: JSON.stringify(filters) };
      const { value } = await engine.json(
        { what: 'docker ps', method: 'GET', path: '/containers/json', query },
        listed,
        signal,
      );
      return value ?? [];
    },

    /** In the order of the ids; those that are gone meanwhile are left out. */
    async inspectAll(ids: readonly string[], signal: AbortSignal): Promise<Seen[]> {
      const all = await Promise.all(ids.map((id) => inspect(id, signal)));
      return all.filter((one) => one !== null);
    },

    /** Connected to its networks, not started. Null: the name is taken. */
    async create(name: string, { body, networks }: Made, signal: AbortSignal): Promise<string | null> {
      const { value } = await engine.json(
        {
          what: `create ${name}`,
          method: 'POST',
          path: '/containers/create',
          query: { name },
          body,
          takes: [409],
        },
        created,
        signal,
      );
      if (value === null) return null;
      for (const { name: network, endpoint } of networks)
        await post(
          {
            what: `connect ${name} to ${network}`,
            path: `/networks/${encodeURIComponent(network)}/connect`,
            body: { Container: value.Id, EndpointConfig: endpoint },
          },
          signal,
        );
      return value.Id;
    },

    /** False: it is gone. */
    async start(id: string, signal: AbortSignal): Promise<boolean> {
      return (
        (await post({ what: `start ${id}`, path: `/containers/${id}/start`, takes: [304, 404] }, signal)) !==
        404
      );
    },

    /** Its own time to stop is kept, 10 s by default; an engine that takes longer kills it. */
    async stop({ Id, Config }: Inspected, signal: AbortSignal): Promise<void> {
      const grace = Math.min(Config.StopTimeout ?? 10, longestStop);
      await post(
        {
          what: `stop ${Id}`,
          path: `/containers/${Id}/stop`,
          query: { t: String(grace) },
          takes: [304, 404],
          timeout: (grace + 30) * 1000,
        },
        signal,
      );
    },

    /** Nothing happens where it is gone or has that name (400), or where the name is taken. */
    async rename(id: string, name: string, signal: AbortSignal): Promise<void> {
      const path = `/containers/${id}/rename`;
      await post({ what: `rename ${id}`, path, query: { name }, takes: [400, 404, 409] }, signal);
    },

    /** From now on nothing starts it but a person. */
    async restNow(id: string, signal: AbortSignal): Promise<void> {
      const body = { RestartPolicy: { Name: 'no', MaximumRetryCount: 0 } };
      await post({ what: `update ${id}`, path: `/containers/${id}/update`, body, takes: [404] }, signal);
    },

    /** With the volumes that were made for it alone, and not with those that have names. */
    async remove(id: string, signal: AbortSignal, volumes = true): Promise<void> {
      await engine.ask(
        {
          what: `remove ${id}`,
          method: 'DELETE',
          path: `/containers/${id}`,
          query: { force: '1', v: volumes ? '1' : '0' },
          takes: [404, 409],
        },
        signal,
      );
    },

    /** The last lines that it wrote; empty where its log cannot be read. */
    async lastWords({ Id, Config }: Inspected, signal: AbortSignal): Promise<string> {
      const query = { stdout: '1', stderr: '1', tail: '5' };
      const { status, body } = await engine.ask(
        {
          what: `logs ${Id}`,
          method: 'GET',
          path: `/containers/${Id}/logs`,
          query,
          takes: [400, 404, 409, 500, 501],
        },
        signal,
      );
      if (status !== 200) return '';
      return (Config.Tty ? body : demultiplexed(body)).toString().trim();
    },

    /** Bytes of memory that the engine's machine has. */
    async memory(signal: AbortSignal): Promise<number> {
      const { value } = await engine.json(
        { what: 'docker info', method: 'GET', path: '/info' },
        info,
        signal,
      );
      return value?.MemTotal ?? 0;
    },
  };
}

/** Seconds: a longer grace would outlast the effect. */
const longestStop = 30;

/** A log without a terminal comes in frames: a byte for the stream, three empty, four for the length. */
function demultiplexed(body: Buffer): Buffer {
  const frames: Buffer[] = [];
  for (let at = 0; at + 8 <= body.length;) {
    const end = at + 8 + body.readUInt32BE(at + 4);
    frames.push(body.subarray(at + 8, end));
    at = end;
  }
  return Buffer.concat(frames);
}
