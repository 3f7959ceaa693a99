/**
 * The one file of a service in Traefik's directory. It remembers the last effect: while no split is in force it holds
 * nothing but that. It is put in place by a rename, under the eyes of no reader; links are not followed.
 */
import { createHash, randomUUID } from 'node:crypto';
import { access, constants, open, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { isOlder } from '../../../src/domain/fence.ts';
import type { Fence, Split } from '../../../src/domain/rollout.ts';
import { noTraffic } from '../../../src/domain/split.ts';
import { NotRegular, textOfRegularFile, TooLarge } from '../../../src/regular-file.ts';
import { overtaken, refused, unavailable } from '../../failures.ts';
import type { Document } from './document.ts';
import { effectHeader, effectText } from './in-force.ts';
import { effectName, fileName } from './names.ts';

/** What was written last. */
export interface Written {
  fence: Fence;
  split: Split;
  document: Document;
}

/** What is there in place of what was written. */
interface Changed {
  changed: string;
}

const most = 1024 * 1024;

const empty: Document = { routers: {}, services: {} };

export class SplitFile {
  readonly path: string;
  readonly #directory: string;
  readonly #service: string;

  constructor(directory: string, service: string) {
    this.#directory = directory;
    this.#service = service;
    this.path = join(directory, fileName(service));
  }

  /**
   * What Coalmine has written; null where there is no file.
   *
   * @throws a non-retryable failure if someone else has changed it, or if it cannot be written to
   */
  async read(): Promise<Written | null> {
    await this.#checkWritable();
    const found = await this.look();
    if (found === null || !('changed' in found)) return found;
    throw refused(
      `${this.path} ${found.changed}; move it away, and Coalmine writes its own; it writes no other file there`,
    );
  }

  /**
   * Puts a split in place; with nothing for the canary, whatever someone else has put there is moved aside first.
   *
   * @param isExpected that there is a file, since Coalmine has written one
   * @throws `Overtaken` if a newer effect was there first; a non-retryable failure if someone else has changed or deleted the
   *   file, or if the directory refuses it; a retryable one if it is full
   */
  async write(written: Written, isExpected: boolean, signal: AbortSignal): Promise<void> {
    const isBack = Object.keys(written.document.routers).length === 0;
    const found = await this.look();
    if (found === null && isExpected && !isBack)
      throw refused(
        `${this.path} was deleted by someone else since Coalmine wrote it, which has taken the canary's traffic away; it is not given any again`,
      );
    if (found !== null && 'changed' in found) {
      if (!isBack) await this.read();
      await this.#attempt('be moved aside', () => rename(this.path, `${this.path}.changed`));
    } else if (found !== null && isOlder(written.fence, found.fence)) {
      const { epoch, number } = found.fence;
      throw overtaken(
        `${this.path} has effect ${String(number)} of the rollout of ${new Date(epoch).toISOString()}, which is newer than this one: it is not tried again`,
      );
    }
    await this.#attempt('be written', async () => {
      try {
        await this.#replace(textOf(this.#service, written), signal);
      } catch (error) {
        if (!isBack || !needsRoom(error)) throw error;
        // Traffic that goes back waits for no room: without the file it is as well back, and only the effect is forgotten.
        await rm(this.path, { force: true });
      }
    });
  }

  async #replace(text: string, signal: AbortSignal): Promise<void> {
    // The provider reads names that end with .yml, .yaml and .toml.
    const temporary = join(this.#directory, `.${fileName(this.#service)}.${randomUUID()}.tmp`);
    try {
      const handle = await open(temporary, 'wx', 0o644);
      try {
        await handle.writeFile(text);
        await handle.chmod(0o644);
        await handle.sync();
      } finally {
        await handle.close();
      }
      signal.throwIfAborted();
      await rename(temporary, this.path);
      await this.#sync();
    } catch (error) {
      await rm(temporary, { force: true }).catch(() => undefined);
      throw error;
    }
  }

  /** The rename itself outlives a crash of the machine. */
  async #sync(): Promise<void> {
    const handle = await open(this.#directory, constants.O_RDONLY);
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  }

  /** What is there, whoever wrote it. */
  async look(): Promise<Written | Changed | null> {
    try {
      const text = await textOfRegularFile(this.path, { most, links: false });
      return read(text) ?? { changed: 'was changed by someone else since Coalmine wrote it' };
    } catch (error) {
      if (error instanceof NotRegular || error instanceof TooLarge)
        return { changed: `${error.message}, and not the file that Coalmine writes` };
      if (codeOf(error) === 'ENOENT') return null;
      if (codeOf(error) === 'ELOOP')
        return { changed: 'is a symbolic link, and not the file that Coalmine writes' };
      throw this.#fault('be read', error);
    }
  }

  async #checkWritable(): Promise<void> {
    try {
      if (!(await stat(this.#directory)).isDirectory())
        throw Object.assign(new Error('no directory'), { code: 'ENOTDIR' });
      await access(this.#directory, constants.W_OK | constants.X_OK);
    } catch (error) {
      throw this.#fault('be written', error);
    }
  }

  async #attempt(what: string, act: () => Promise<void>): Promise<void> {
    try {
      await act();
    } catch (error) {
      if (codeOf(error) === undefined) throw error;
      throw this.#fault(what, error);
    }
  }

  #fault(what: string, error: unknown): Error {
    const code = String(codeOf(error));
    const why = reasons[code];
    const said = `${this.path} cannot ${what}: ${why ?? code}`;
    if (passing.has(code)) return unavailable(`${said}; it is worth another try once there is room`);
    return refused(`${said}; make ${this.#directory} a directory that the user of the worker may write to`);
  }
}

const reasons: Record<string, string> = {
  EACCES: 'the worker may not (EACCES)',
  EPERM: 'the worker may not (EPERM)',
  EROFS: 'its file system is read-only (EROFS)',
  ENOENT: 'there is no such directory where the worker runs (ENOENT)',
  ENOTDIR: 'that is no directory (ENOTDIR)',
  ENOSPC: 'the disk is full (ENOSPC)',
  EDQUOT: 'the quota is used up (EDQUOT)',
};

function needsRoom(error: unknown): boolean {
  return ['ENOSPC', 'EDQUOT'].includes(String(codeOf(error)));
}

const passing = new Set(['ENOSPC', 'EDQUOT', 'EIO', 'EMFILE', 'ENFILE']);

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}

function textOf(service: string, { fence, split, document }: Written): string {
  const { routers, services } = document;
  const isEmpty = Object.keys(services).length === 0;
  const effect = { headers: { customRequestHeaders: { [effectHeader]: effectText(fence) } } };
  const http = {
    ...(!isEmpty && { routers, services }),
    middlewares: { [effectName(service)]: effect },
  };
  const body = [
    `# Coalmine's, for ${service}: see docs/traefik.md. Do not edit it: the rollout stops at what it did not write.`,
    ...(isEmpty
      ? ['# No split is in force. What follows is kept so that a stale attempt changes nothing.']
      : []),
    `# effect: ${asciiJson(fence)}`,
    `# split: ${asciiJson(split)}`,
    stringify({ http }, writing).trimEnd(),
    '',
  ]
    .join('\n')
    // Traefik runs its files through a template first, comments included, and what is read back may hold anything.
    .replaceAll('{{', '\\u007b\\u007b');
  return `# sum: ${sumOf(body)}\n${body}`;
}

const writing = {
  defaultStringType: 'QUOTE_DOUBLE',
  defaultKeyType: 'QUOTE_DOUBLE',
  lineWidth: 0,
  aliasDuplicateObjects: false,
} as const;

/** Nothing in it ends a comment for any reader of YAML. */
function asciiJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[^ -~]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function read(text: string): Written | null {
  const [, sum, body = ''] = /^# sum: ([0-9a-f]{64})\n(.*)$/s.exec(text) ?? [];
  if (sum === undefined || sum !== sumOf(body)) return null;
  const comment = (name: string): unknown =>
    JSON.parse(new RegExp(`^# ${name}: (.*)$`, 'm').exec(body)?.[1] ?? 'null');
  const { http } = parse(body) as { http: Partial<Document> };
  const { routers = {}, services = {} } = http;
  return {
    fence: comment('effect') as Fence,
    split: comment('split') as Split,
    document: { routers, services },
  };
}

function sumOf(body: string): string {
  return createHash('sha256').update(body).digest('hex');
}

/** Of a service that has no file. */
export const nothingWritten = { fence: null, split: noTraffic, document: empty };
