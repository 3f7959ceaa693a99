import { execFileSync } from 'node:child_process';
import { truncateSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { afterAll, expect, test } from 'vitest';
import { textOfFile } from '../../src/cli/input-file.ts';
import { reportOf } from '../../src/cli/report.ts';
import { readSpec } from '../../src/cli/spec-file.ts';
import { coalmine } from './coalmine.ts';

const directory = await mkdtemp(join(tmpdir(), 'coalmine-files-'));
const pipe = join(directory, 'pipe');
execFileSync('mkfifo', [pipe]);
const socket = join(directory, 'socket');
const server = createServer().listen(socket);
await once(server, 'listening');
const large = join(directory, 'large.yaml');
await writeFile(large, '');
truncateSync(large, 5_000_000_000);
afterAll(async () => {
  server.close();
  await rm(directory, { recursive: true });
});

async function refusal(file: string): Promise<[number, string]> {
  const error = await readSpec(file).then(
    () => null,
    (error: unknown) => error,
  );
  const { exitCode, message } = reportOf(error);
  return [exitCode, message];
}

const todo = "Give the path of a rollout's YAML file.";

test.each([
  ['/dev/zero', 2, `/dev/zero is a device, not a file. ${todo}`],
  ['/dev/null', 2, `/dev/null is a device, not a file. ${todo}`],
  [pipe, 2, `${pipe} is a pipe, not a file. ${todo}`],
  [socket, 2, `${socket} is a socket, not a file. ${todo}`],
  [directory, 2, `${directory} is a directory, not a file. ${todo}`],
  [large, 5, `${large}: found a file of 5000000000 bytes, expected a spec of at most 1048576 bytes`],
  ['/proc/self/status', 5, '/proc/self/status:1:1'],
  ['/proc/self/mem', 2, '/proc/self/mem cannot be read: '],
  ['/proc/self', 2, `/proc/self is a directory, not a file. ${todo}`],
])('refuses %s', async (file, code, message) => {
  const [exitCode, said] = await refusal(file);
  expect(exitCode).toBe(code);
  expect(said.slice(0, message.length)).toBe(message);
});

test('reads no further than what is wanted of a file that hides its size', async () => {
  const tooLarge = (bytes: number | undefined) => new Error(`${String(bytes)} is too large`);
  const reading = textOfFile('/proc/self/maps', { what: 'a file', most: 100, tooLarge });
  await expect(reading).rejects.toThrow('undefined is too large');
});

test('the command ends at once', async () => {
  const { code, stderr } = await coalmine(['validate', pipe]);
  expect({ code, stderr }).toEqual({ code: 2, stderr: `${pipe} is a pipe, not a file. ${todo}\n` });
});
