// A shop's catalog that is slow while it is young: a page is made when it is asked for the first time, from a store that
// takes a while to answer, and kept. Only so many pages are kept, so a warm process makes rare ones again and again.
import { createServer } from 'node:http';
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { brotliCompress } from 'node:zlib';

const [version = '', host = '127.0.0.1', port = '0'] = process.argv.slice(2);

/** Milliseconds until the store has answered. */
const storeTakes = 120;
const mostKept = 600;

const compress = promisify(brotliCompress);
/** By path, that asked for longest ago first. */
const pages = new Map();

createServer((request, response) => {
  pageAt(request.url ?? '/').then(
    (page) => response.writeHead(200, { 'content-type': 'text/html', 'content-encoding': 'br' }).end(page),
    (error) => response.writeHead(500).end(String(error)),
  );
}).listen(Number(port), host);

function pageAt(path) {
  const page = pages.get(path) ?? makePage(path);
  pages.delete(path);
  pages.set(path, page);
  for (const [oldest] of pages) {
    if (pages.size <= mostKept) break;
    pages.delete(oldest);
  }
  return page;
}

async function makePage(path) {
  await delay(storeTakes);
  const rows = Array.from({ length: 200 }, (_, at) => `<li>${path} ${at}: ${Math.sqrt(at)}</li>`);
  return compress(`<h1>Catalog ${version}</h1><ul>${rows.join('')}</ul>`);
}
