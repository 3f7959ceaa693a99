// A small service whose version comes with its image. What it is told by variables is what may go wrong with it.
import { Buffer } from 'node:buffer';
import console from 'node:console';
import { existsSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import process from 'node:process';
import { setInterval } from 'node:timers';

const { VERSION = 'none', FAULT = '', API_TOKEN = '', GREETING = '' } = process.env;

if (FAULT === 'exits') {
  console.log(`no database at db:5432, and the token is ${API_TOKEN}`);
  process.exit(3);
}
if (FAULT === 'eats') {
  const eaten = [];
  setInterval(() => eaten.push(Buffer.alloc(16 * 1024 * 1024, 1)), 20);
}

const server = createServer((request, response) => {
  if (request.url === '/sick') writeFileSync('/sick', '');
  const isSick = FAULT === 'sick' || existsSync('/sick');
  if (request.url === '/healthz') response.writeHead(isSick ? 503 : 200).end();
  else response.end(JSON.stringify({ version: VERSION, greeting: GREETING }));
});
server.listen(8080);
process.on('SIGTERM', () => server.close(() => process.exit(0)).closeIdleConnections());
