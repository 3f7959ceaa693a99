// A small load tool, run as a process: requests at a rate for so many seconds, and a summary in Coalmine's form.
// With --stubborn FILE it does not end at SIGTERM, nor does a process that it starts; their ids are in the file.
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { clearInterval, setInterval } from 'node:timers';

const [url, rate, seconds, summary, option, pids] = process.argv.slice(2);

if (option === '--stubborn') {
  const deaf =
    "process.on('SIGTERM', () => undefined); setInterval(() => undefined, 1000); console.log('deaf')";
  const other = spawn(process.execPath, ['-e', deaf], { stdio: ['ignore', 'pipe', 'inherit'] });
  process.on('SIGTERM', () => undefined);
  other.stdout.once('data', () => writeFileSync(pids, `${process.pid} ${other.pid}`));
}

const times = [];
const classes = {};

function once() {
  const began = performance.now();
  const fail = (name) => (classes[name] = (classes[name] ?? 0) + 1);
  return new Promise((ended) => {
    get(url, (answer) => {
      times.push(performance.now() - began);
      if (answer.statusCode >= 400) fail(`${String(answer.statusCode)[0]}xx`);
      answer.resume().once('close', ended);
    }).once('error', () => {
      fail('connection');
      ended();
    });
  });
}

const began = Date.now();
const requests = [];
const timer = setInterval(() => {
  const now = Math.min(Date.now() - began, seconds * 1000);
  while (requests.length < Math.floor((now * rate) / 1000)) requests.push(once());
  if (now === seconds * 1000) {
    clearInterval(timer);
    void Promise.all(requests).then(finish);
  }
}, 20);

function finish() {
  times.sort((a, b) => a - b);
  const at = (share) => times[Math.ceil(share * times.length) - 1];
  writeFileSync(
    summary,
    JSON.stringify({
      requests: requests.length,
      errors: Object.values(classes).reduce((sum, n) => sum + n, 0),
      latency: { n: times.length, p50: at(0.5), p90: at(0.9), p99: at(0.99), max: at(1) },
      classes,
    }),
  );
  process.exit();
}
