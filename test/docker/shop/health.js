import console from 'node:console';
import { get } from 'node:http';
import process from 'node:process';

get('http://127.0.0.1:8080/healthz', ({ statusCode }) => {
  console.log(`healthz answered ${String(statusCode)}`);
  process.exit(statusCode === 200 ? 0 : 1);
});
