import type { JSONValue } from 'json-p3';
import type { Track } from '../../../src/domain/rollout.ts';
import { place } from '../../http-answer.ts';
import type { HeaderPlan } from '../../header.ts';
import { filledUrl } from '../../filled-url.ts';
import { createHttp, type Fault } from '../../http.ts';
import type { Call, Grants, Release } from '../../ports.ts';
import { NotEvaluated, valuesAt } from './evaluation.ts';

/** The one value at a JSONPath. */
export interface Found {
  value: JSONValue;
  /** `http://host/path: $.errors`, for people. */
  place: string;
}

/** Finds the one value at a path. Throws Unreadable if there is none, or several, or if it takes too long. */
export type At = (path: string) => Promise<Found>;

/** What could not be read of an answer, in one sentence. */
export class Unreadable extends Error {}

/**
 * A URL that answers JSON. `$track`, `$service` and `$version` in its path or query stand for the track that
 * is measured, the service, and the version that the track should run.
 */
export interface JsonSource {
  /**
   * Fetches the JSON of a track, within 10 seconds, and gives what `read` makes of the values at its paths; or
   * `missing`, with the reason, where that cannot be had. Throws at the signal only.
   */
  measure<T>(
    release: Release,
    track: Track,
    read: (at: At) => Promise<T>,
    call: Call,
  ): Promise<T | { missing: string }>;
  /** The same, also where the answer is a 5xx with JSON: `read` gets the failure that it is for `measure`. */
  measureAnyhow<T>(
    release: Release,
    track: Track,
    read: (at: At, fault: Fault | null) => Promise<T>,
    call: Call,
  ): Promise<T | { missing: string }>;
}

export function jsonSource(source: { url: string; headers: HeaderPlan }, grants: Grants): JsonSource {
  const http = createHttp(grants, { timeout: 10_000 });
  const measureAnyhow: JsonSource['measureAnyhow'] = async (release, track, read, { signal }) => {
    try {
      const url = addressOf(source.url, release, track);
      const { document, fault } = await http.ask({ what: 'look', url, headers: source.headers }, signal);
      return await read((path) => valueAt(document, path, place(url)), fault);
    } catch (error) {
      signal.throwIfAborted();
      return { missing: error instanceof Error ? error.message : String(error) };
    }
  };
  return {
    measureAnyhow,
    measure(release, track, read, call) {
      const unlessFault = (at: At, fault: Fault | null) => {
        if (fault !== null) throw fault.failure;
        return read(at);
      };
      return measureAnyhow(release, track, unlessFault, call);
    },
  };
}

function addressOf(url: string, release: Release, track: Track): string {
  const version = track === 'canary' ? release.version : release.stable;
  const values = { track, service: release.service, version };
  return filledUrl(url, values, (why) => new Unreadable(`${place(url)}: ${why}`));
}

async function valueAt(document: unknown, path: string, where: string): Promise<Found> {
  let values: JSONValue[];
  try {
    values = await valuesAt(path, document as JSONValue);
  } catch (error) {
    if (!(error instanceof NotEvaluated)) throw error;
    throw new Unreadable(`${where}: ${path} ${error.message}`, { cause: error });
  }
  const [value, ...others] = values;
  if (value === undefined) throw new Unreadable(`${where}: ${path} matches nothing in the answer`);
  if (others.length > 0) {
    throw new Unreadable(`${where}: ${path} matches ${String(others.length + 1)} values, one is wanted`);
  }
  return { value, place: `${where}: ${path}` };
}

/** @throws Unreadable if the value is something else than a number that can be counted with */
export function numberOf(found: Found): number {
  const number = numberIn(found.value);
  if (number === null) throw unlike('a number', found);
  return number;
}

/** A finite number, also one that is written as text, as in JSON of stores whose numbers exceed those of JavaScript. */
export function numberIn(value: unknown): number | null {
  const isText = typeof value === 'string' && /^-?\d{1,400}(\.\d{1,400})?(e[+-]?\d{1,3})?$/i.test(value);
  const number = isText ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : null;
}

/** The value is not what was wanted of it. */
export function unlike(wanted: string, { value, place }: Found): Unreadable {
  const text = typeof value === 'number' ? String(value) : JSON.stringify(value);
  return new Unreadable(
    `${place} is ${text.length > 60 ? `${text.slice(0, 60)}…` : text}, ${wanted} is wanted`,
  );
}
