import { createWriteStream } from 'node:fs';
import { basename, join } from 'node:path';
import type { Readable } from 'node:stream';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import axios from 'axios';
import { extractFile } from './archive.ts';
import type { Artifact, Platform } from './artifact.ts';
import { checkSha256 } from './checksums.ts';
import { fileName } from './executables.ts';
import { duration } from '../text/duration.ts';
import { percent } from '../text/number.ts';

/** A closed network must fail over at once. */
const answerWithin = 10_000;

/** A download that brings nothing for so long is given up, in ms. */
const stalledAfter = 30_000;

const progressEvery = 3_000;

/**
 * Gets the binary from the official archive into `directory`, once the archive's sha256 is the pinned one. Returns its
 * path. Throws, with the URL, whatever goes wrong.
 */
export async function downloadBinary(
  artifact: Artifact,
  platform: Platform,
  directory: string,
  progress: (line: string) => void,
): Promise<string> {
  const { name, version } = artifact;
  const pinned = artifact.archives[platform];
  if (pinned === undefined) throw new Error(`there is no archive with a known checksum for ${platform}`);
  const { url, sha256 } = pinned;
  const archive = join(directory, basename(new URL(url).pathname));
  await at(url, async () => {
    await download(url, archive, progress);
    await checkSha256(archive, sha256, `the pin for ${name} ${version} on ${platform}`);
  });
  return at(url, () => extractFile(archive, fileName(name), directory));
}

async function download(url: string, file: string, progress: (line: string) => void): Promise<void> {
  progress(`Downloading ${url}`);
  const patience = new Patience(answerWithin, 'no answer');
  try {
    const response = await axios.get<Readable>(url, {
      responseType: 'stream',
      decompress: false,
      signal: patience.signal,
    });
    const total = Number(response.headers['content-length'] ?? 0);
    const meter = new Meter(total, progress, () => {
      patience.renew(stalledAfter, 'no more data');
    });
    await pipeline(response.data, meter, createWriteStream(file, { flags: 'wx' }), {
      signal: patience.signal,
    });
    if (total > 0 && meter.bytes !== total) throw new Error(`ended after ${meter.bytes} of ${total} bytes`);
  } catch (error) {
    throw patience.signal.aborted ? patience.signal.reason : error;
  } finally {
    patience.end();
  }
}

/** Counts the bytes that pass, and says how far it is. */
class Meter extends Transform {
  bytes = 0;
  readonly #total: number;
  readonly #progress: (line: string) => void;
  readonly #passed: () => void;
  #said = Date.now();

  constructor(total: number, progress: (line: string) => void, passed: () => void) {
    super();
    this.#total = total;
    this.#progress = progress;
    this.#passed = passed;
  }

  override _transform(chunk: Buffer, _encoding: string, done: (error: null, chunk: Buffer) => void): void {
    this.bytes += chunk.length;
    this.#passed();
    if (Date.now() - this.#said >= progressEvery) {
      this.#said = Date.now();
      const of =
        this.#total > 0
          ? ` of ${mebibytes(this.#total)} (${percent(Math.floor((100 * this.bytes) / this.#total) / 100)})`
          : '';
      this.#progress(`  ${mebibytes(this.bytes)}${of}`);
    }
    done(null, chunk);
  }
}

/** An abort signal whose time is prolonged as long as something goes on. */
class Patience {
  readonly #controller = new AbortController();
  #timer: NodeJS.Timeout;

  constructor(ms: number, what: string) {
    this.#timer = this.#start(ms, what);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  renew(ms: number, what: string): void {
    clearTimeout(this.#timer);
    this.#timer = this.#start(ms, what);
  }

  end(): void {
    clearTimeout(this.#timer);
  }

  #start(ms: number, what: string): NodeJS.Timeout {
    return setTimeout(() => {
      this.#controller.abort(new Error(`${what} within ${duration(ms)}`));
    }, ms);
  }
}

async function at<T>(url: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    throw new Error(`${url}: ${reasonOf(error)}`, { cause: error });
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // A refused connection to a name with several addresses is an AggregateError without a message.
  return error.message || ('code' in error ? String(error.code) : error.name);
}

function mebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(0)} MiB`;
}
