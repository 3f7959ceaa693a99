import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import * as tar from 'tar';
import { onTestFinished } from 'vitest';
import type { Artifact } from '../../src/temporal/artifact.ts';
import { currentPlatform, temporalCli } from '../../src/temporal/artifact.ts';

/** Serves what a test wants a download to meet. Returns its base URL. */
export async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** The files of a release, any else being 404. */
export function files(content: Readonly<Record<string, string | Buffer>>): RequestListener {
  return (request, response) => {
    const body = content[request.url ?? ''];
    response.statusCode = body === undefined ? 404 : 200;
    response.end(body);
  };
}

/** The Temporal CLI as this site releases it: an archive of this content is accepted, and no other. */
export function releasedAt(site: string, archive: Buffer = Buffer.from('not known')): Artifact {
  const pinned = { url: `${site}/temporal.tar.gz`, sha256: sha256Of(archive) };
  return { ...temporalCli, archives: { [currentPlatform()]: pinned } };
}

/** A gzipped tar with these files of a directory in it. */
export async function archiveOf(directory: string, ...names: string[]): Promise<Buffer> {
  const file = join(directory, 'packed.tar.gz');
  await tar.c({ file, gzip: true, cwd: directory }, names);
  return readFile(file);
}

export function sha256Of(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}
