import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join } from 'node:path';
import process from 'node:process';
import { setTimeout } from 'node:timers';
import { URL } from 'node:url';

// The bakery's web site, as a container runs it. Each answer says its version; what is asked to end answers first what
// has come.
const { VERSION = '', SITE = '/site', PORT = '8080' } = process.env;
const types = { '.html': 'text/html', '.css': 'text/css', '.json': 'application/json' };
/** Looks for its pages under the wrong name: all but the first are 404. */
const isBroken = VERSION.endsWith('-htm');

const server = createServer((request, response) => {
  response.setHeader('x-version', VERSION);
  void answer(new URL(request.url ?? '/', 'http://bakery').pathname, response);
});

async function answer(path, response) {
  if (path === '/healthz') return response.end('ok');
  // Cakes take their time.
  if (path === '/order') return setTimeout(() => response.end('baked'), 300);
  const name =
    path === '/' ? '/index.html' : extname(path) === '' ? `${path}.${isBroken ? 'htm' : 'html'}` : path;
  const file = join(SITE, name);
  const found = await stat(file).catch(() => null);
  if (!found?.isFile()) return response.writeHead(404).end('not found\n');
  response.setHeader('content-type', types[extname(file)] ?? 'text/plain');
  createReadStream(file).pipe(response);
}

server.listen(Number(PORT), () => process.stdout.write(`bakery ${VERSION} listens on ${PORT}\n`));
process.once('SIGTERM', () => server.close());
