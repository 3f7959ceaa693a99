import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createGrants } from '../../../activities/grants.ts';
import { Hiding } from '../../../activities/hiding.ts';
import { runGroup } from '../../../activities/load/command/group.ts';
import { load } from '../../../activities/load/registry.ts';
import type { Load, LoadOf } from '../../../activities/ports.ts';
import type { LoadReport } from '../../../src/judge/samples.ts';
import { readConfig } from '../../../src/config.ts';
import { commandLine } from '../../../src/temporal/processes.ts';
import { failureOf } from '../../support/failures.ts';
import { connected } from '../../support/grants.ts';
import { runFor } from './contract.ts';
import { startLoaded } from './server.ts';

const tool = fileURLToPath(new URL('../../support/load-tool.js', import.meta.url));
const node = process.execPath;
const config = readConfig({
  PATH: '/usr/bin:/bin',
  HOME: '/home/ada',
  COALMINE_ALLOW_HOSTS: 'loopback',
  COALMINE_ALLOW_COMMANDS: node,
  COALMINE_ALLOW_COMMAND_ENV: 'AUTH,MODE,A',
  COALMINE_ALLOW_SECRETS: 'TOKEN',
  LANG: 'C.UTF-8',
  TOKEN: 'hush-hush',
});
const grants = createGrants(config);
const never = new AbortController().signal;
const anywhere = 'http://127.0.0.1:1/cart';

let scratch: string;
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'coalmine-test-'));
});
afterAll(() => rm(scratch, { recursive: true }));

type Plan = LoadOf<'command'>;

function connect(command: string[], plan: Partial<Plan> = {}): Load {
  const whole: Plan = {
    type: 'command',
    counted: true,
    command,
    summary: 'coalmine',
    env: {},
    duration: 1000,
    ...plan,
  };
  return connected(load.command, whole, grants);
}

/** A command of one program in JavaScript; its arguments come after it. */
function script(code: string, ...args: string[]): string[] {
  return [node, '-e', code.replaceAll('$', '$$$$'), ...args];
}

/** Writes this as the summary, and ends with this exit code. */
function writes(text: string, code = 0): string[] {
  return script(
    'fs.writeFileSync(process.argv[1], process.argv[2]); process.exitCode = Number(process.argv[3])',
    '$summary',
    text.replaceAll('$', '$$$$'),
    String(code),
  );
}

function generate(command: string[], plan: Partial<Plan> = {}, lasts = 1000): Promise<LoadReport> {
  return connect(command, plan).generate(runFor(lasts, anywhere), () => undefined, { signal: never });
}

describe('a command', () => {
  test('gets its arguments as they are, with the placeholders filled in', async () => {
    const file = join(scratch, 'arguments');
    const command = script(
      'fs.writeFileSync(process.argv.at(-1), JSON.stringify(process.argv)); fs.writeFileSync(process.argv[1], \'{"requests":0,"errors":0}\')',
      '$summary',
      '$url?a=${service}&v=$version',
      '$host',
      '${duration}s at $rate',
      '$$HOME; `id` > $$(x) *',
      file,
    );
    await generate(command, { rate: 2.5 }, 3000);
    const [, summary, ...rest] = JSON.parse(await readFile(file, 'utf8')) as string[];
    expect(rest).toEqual([
      `${anywhere}?a=shop&v=2`,
      '127.0.0.1:1',
      '3s at 2.5',
      '$HOME; `id` > $(x) *',
      file,
    ]);
    expect(summary).toMatch(/^\/.*\/summary\.json$/);
    expect(existsSync(join(summary!, '..'))).toBe(false);
  });

  test('has PATH, HOME, LANG, TMPDIR and what the spec gives it in its environment, and a directory of its own', async () => {
    vi.stubEnv('WORKER_SECRET', 'of the worker');
    const file = join(scratch, 'environment');
    const command = script(
      'fs.writeFileSync(process.argv.at(-1), JSON.stringify([process.env, process.cwd()])); fs.writeFileSync(process.argv[1], \'{"requests":0,"errors":0}\')',
      '$summary',
      file,
    );
    try {
      await generate(command, { env: { AUTH: { secret: 'TOKEN' }, MODE: 'quiet' } });
    } finally {
      vi.unstubAllEnvs();
    }
    const [env, cwd] = JSON.parse(await readFile(file, 'utf8')) as [Record<string, string>, string];
    expect(env).toEqual({
      PATH: '/usr/bin:/bin',
      HOME: '/home/ada',
      LANG: 'C.UTF-8',
      TMPDIR: cwd,
      AUTH: 'hush-hush',
      MODE: 'quiet',
    });
    expect(existsSync(cwd)).toBe(false);
  });

  test('is not run if the operator does not allow it', async () => {
    const failure = await failureOf(() => generate(['k6', 'run', '$url', '$summary']));
    expect(failure).toMatchObject({ type: 'NotAllowed', nonRetryable: true });
    expect(failure.message).toBe(
      `specs may not run "k6" on this worker; its operator can allow it by COALMINE_ALLOW_COMMANDS=${node},k6`,
    );
  });

  test.each(['BASH_ENV', 'NODE_OPTIONS', 'PYTHONPATH', 'mode', 'LANG'])(
    'is not run if the spec sets %s, which the operator does not list',
    async (variable) => {
      const command = script("fs.writeFileSync(process.argv[1], '{}')", '$summary', '$url');
      const failure = await failureOf(() => generate(command, { env: { [variable]: 'x' } }));
      expect(failure).toMatchObject({ type: 'NotAllowed', nonRetryable: true });
      expect(failure.message).toBe(
        `specs may not set the variable ${variable} for a command on this worker; its operator can allow it by COALMINE_ALLOW_COMMAND_ENV=AUTH,MODE,A,${variable}`,
      );
    },
  );

  test.each([
    ['$version', '--config=/tmp/x', anywhere],
    ['${version}x', '-', anywhere],
    ['$host', '2', 'http://-x.localhost:1/'],
  ])('is not run if %s becomes an option by %s', async (word, version, url) => {
    const open = createGrants({ ...config, allowHosts: ['127.0.0.1', '*.localhost'] });
    const plan: Plan = {
      type: 'command',
      counted: true,
      command: [node, word, '$url', '$summary'],
      summary: 'coalmine',
      env: {},
      duration: 1000,
    };
    const run = { ...runFor(1000, url), release: { service: 'shop', version, stable: '1' } };
    const failure = await failureOf(() =>
      connected(load.command, plan, open).generate(run, () => undefined, { signal: never }),
    );
    expect(failure).toMatchObject({ type: 'TargetRefused', nonRetryable: true });
    expect(failure.message).toContain(`the argument ${word} would begin with - once it is filled in`);
  });

  test('is not run with an argument that is a URL of a host that is not allowed', async () => {
    const failure = await failureOf(() => generate([node, 'http://$service.example/x', '$url', '$summary']));
    expect(failure).toMatchObject({ type: 'NotAllowed' });
    expect(failure.message).toContain('shop.example:80');
    const given = await failureOf(() =>
      generate([node, '-e', 'URL=HTTP://evil.example/', '$url', '$summary']),
    );
    expect(given.message).toContain('evil.example:80');
  });

  test('that cannot be started says so, and no argument or secret', async () => {
    const file = join(scratch, 'no-program');
    await writeFile(file, '#!/no/such/interpreter', { mode: 0o755 });
    const strict = createGrants({ ...config, command: () => ({ file, environment: {} }) });
    const plan: Plan = {
      type: 'command',
      counted: true,
      command: [file, '$url', '$summary', 'x'.repeat(2000)],
      summary: 'coalmine',
      env: { A: { secret: 'TOKEN' } },
      duration: 1000,
    };
    const failure = await failureOf(() =>
      connected(load.command, plan, strict).generate(runFor(1000, anywhere), () => undefined, {
        signal: never,
      }),
    );
    expect(failure).toMatchObject({ type: 'TargetRefused', nonRetryable: true });
    expect(failure.message).toMatch(
      /^load: .*no-program could not be started: spawn .*; correct load.command/,
    );
  });
});

describe('how a command ends', () => {
  test('with another exit code is said with its last lines, without secrets', async () => {
    const code =
      "for (let n = 0; n < 5000; n++) console.error(process.env.AUTH + ' line ' + n); console.error('\\x1b[31mno such script\\x1b[0m'); process.exitCode = 7";
    const command = script(code, '$url', '$summary');
    const failure = await failureOf(() => generate(command, { env: { AUTH: { secret: 'TOKEN' } } }));
    expect(failure).toMatchObject({ type: 'TargetRefused', nonRetryable: true });
    expect(failure.message).toBe(
      `load: ${node} ended with exit code 7, expected 0, and said: ${[...Array(9).keys()].map((n) => `*** line ${4991 + n} / `).join('')}no such script; correct load.command, or what it needs where the worker runs`,
    );
  });

  test('by a signal that the load did not send is worth another try', async () => {
    const failure = await failureOf(() =>
      generate(script("process.kill(process.pid, 'SIGKILL')", '$url', '$summary')),
    );
    expect(failure).toMatchObject({ type: 'TargetUnavailable', nonRetryable: false });
    expect(failure.message).toContain('ended with SIGKILL, which the load did not send');
  });

  const k6 =
    '{"metrics":{"http_reqs":{"count":3},"http_req_failed":{"passes":1,"fails":2},"http_req_duration":{}}}';

  test('with a threshold of k6 crossed leaves the summary to be judged', async () => {
    expect(await generate(writes(k6, 99), { summary: 'k6' })).toMatchObject({ requests: 3, errors: 1 });
    const message = async (command: string[], plan: Partial<Plan>): Promise<string> =>
      (await failureOf(() => generate(command, plan))).message;
    expect(await message(writes(k6, 107), { summary: 'k6' })).toContain('exit code 107, expected 0 or 99');
    expect(await message(writes('{"requests":3,"errors":1}', 99), {})).toContain('exit code 99, expected 0');
    expect(await message(script('process.exitCode = 99', '$summary'), { summary: 'k6' })).toContain(
      'summary.json), is not there',
    );
  });

  test('too late is ended by the load', async () => {
    const command = {
      file: node,
      args: ['-e', 'setInterval(() => 0, 1000)'],
      environment: {},
      directory: scratch,
    };
    const ended = await runGroup(command, Date.now() + 500, new Hiding(), never);
    expect(ended).toMatchObject({ by: 'SIGTERM', late: true });
  });

  test('takes along what it has started, and what does not heed SIGTERM', { timeout: 30_000 }, async () => {
    const file = join(scratch, 'pids');
    const server = await startLoaded((_request, response) => response.end('ok'));
    const abort = new AbortController();
    const running = connect([node, tool, '$url', '5', '60', '$summary', '--stubborn', file]).generate(
      runFor(60_000, server.url),
      () => undefined,
      { signal: abort.signal },
    );
    running.catch(() => undefined);
    const pids = await vi.waitFor(async () => {
      const found = (await readFile(file, 'utf8')).split(' ').map(Number);
      expect(found).toHaveLength(2);
      return found;
    }, 20_000);
    expect(await Promise.all(pids.map(commandLine))).not.toContain(null);
    abort.abort(new Error('cancelled'));
    await expect(running).rejects.toThrow('cancelled');
    expect(await Promise.all(pids.map(commandLine))).toEqual([null, null]);
  });

  test('by itself takes along what it has left behind', async () => {
    const file = join(scratch, 'orphan');
    const code =
      "const child = require('child_process').spawn(process.execPath, ['-e', 'setInterval(() => 0, 1000)'], { stdio: 'inherit' }); fs.writeFileSync(process.argv[2], String(child.pid)); fs.writeFileSync(process.argv[1], '{\"requests\":1,\"errors\":0}'); process.exit()";
    await generate(script(code, '$summary', file));
    expect(await commandLine(Number(await readFile(file, 'utf8')))).toBeNull();
  });
});

describe('a summary', () => {
  test("of the project's own form may say all, or only what must be", async () => {
    const whole = {
      requests: 100,
      errors: 4,
      missed: 2,
      latency: { n: 98, p50: 1, p90: 2, p99: 3.5, max: 4 },
      classes: { timeout: 4 },
    };
    expect(await generate(writes(JSON.stringify(whole)))).toMatchObject(whole);
    expect(await generate(writes('{"requests":9,"errors":0}'), { rate: 10 })).toMatchObject({
      requests: 9,
      missed: 1,
      latency: { n: 0 },
      classes: {},
    });
    expect(await generate(writes('{"requests":9,"errors":0,"latency":{"p99":3}}'))).toMatchObject({
      missed: 0,
      latency: { n: 9, p99: 3 },
    });
  });

  test.each([
    ['', 'is empty, expected JSON'],
    ['<html>hush-hush', 'holds no JSON: <html>***'],
    ['{"requests": NaN, "errors": 0}', 'holds no JSON'],
    ['{"errors": 0}', 'requests: Invalid input: expected number, received undefined'],
    ['{"requests": -1, "errors": 0}', 'requests: Too small: expected number to be >=0, found -1'],
    ['{"requests": 1.5, "errors": 0}', 'requests: Invalid input: expected int'],
    ['{"requests": 1e999, "errors": 0}', 'requests: '],
    ['{"requests": 3, "errors": 4}', 'contradicts itself: found 4 errors of 3 requests'],
    ['{"requests": 3, "errors": 0, "latency": { "n": 4 }}', 'found the times of 4 of 3 requests'],
    [
      '{"requests": 3, "errors": 0, "latency": { "p50": 4, "p99": 3 }}',
      'found 4, 3 ms, expected percentiles that',
    ],
    ['{"requests": 3, "errors": 1, "classes": { "5xx": 2 }}', 'found 2 errors by class'],
    ['{"requests": 3, "errors": 1, "latencies": {}}', 'the whole: Unrecognized key: "latencies"'],
    ['[]', 'is not of the form that load.summary names: the whole: '],
  ])('%s is refused', async (text, says) => {
    const failure = await failureOf(() => generate(writes(text), { env: { AUTH: { secret: 'TOKEN' } } }));
    expect(failure).toMatchObject({ type: 'TargetRefused', nonRetryable: true });
    expect(failure.message).toMatch(
      /^load: the summary of .*, which it is to write to \$summary \(.*summary\.json\), /,
    );
    expect(failure.message).toContain(says);
    expect(failure.message).not.toContain('hush');
  });

  test.each([
    ['a pipe', "child_process.execFileSync('mkfifo', [process.argv[1]])", 'is a pipe, expected a file'],
    ['a directory', 'fs.mkdirSync(process.argv[1])', 'is a directory, expected a file'],
    [
      'a link to a device',
      "fs.symlinkSync('/dev/zero', process.argv[1])",
      'is a symbolic link, expected a file',
    ],
    [
      'a link to a file of others',
      "fs.symlinkSync('/etc/passwd', process.argv[1])",
      'is a symbolic link, expected a file',
    ],
    [
      'a file of 5 GB',
      "fs.writeFileSync(process.argv[1], ''); fs.truncateSync(process.argv[1], 5e9)",
      'has 5000000000 bytes, expected at most 8 MiB',
    ],
  ])('that is %s is refused at once', async (_, code, says) => {
    const failure = await failureOf(() => generate(script(code, '$summary', '$url')));
    expect(failure).toMatchObject({ type: 'TargetRefused', nonRetryable: true });
    expect(failure.message).toContain(says);
    expect(failure.message).not.toContain('root:');
  });

  test('that goes on with a run that is known adds to it, but no percentiles', async () => {
    const soFar: LoadReport = {
      window: { from: Date.now() - 5000, to: Date.now() },
      requests: 10,
      missed: 1,
      errors: 2,
      latency: { n: 10, p50: 1, p90: 2, p99: 3, max: 50 },
      classes: { '5xx': 2 },
    };
    const text = '{"requests":5,"errors":2,"latency":{"p50":2,"max":9},"classes":{"5xx":1,"timeout":1}}';
    const run = runFor(1000, anywhere, soFar);
    const report = await connect(writes(text)).generate(run, () => undefined, { signal: never });
    expect(report).toEqual({
      window: run.window,
      requests: 15,
      missed: 1,
      errors: 4,
      latency: { n: 15, max: 50 },
      classes: { '5xx': 3, timeout: 1 },
    });
  });
});
