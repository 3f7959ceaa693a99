import { lstat, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Effect, Traffic } from '../../activities/ports.ts';
import type { Split } from '../../src/domain/rollout.ts';
import { failureOf } from '../support/failures.ts';
import { skipped, Stand, usersOwn } from './stand.ts';

const release = { service: 'checkout', version: '2.4.0', stable: '2.3.9' };
const { signal } = new AbortController();
const none: Split = { weight: 0, audience: null };
const half: Split = { weight: 50, audience: null };

function effect(number: number, epoch = 1000): Effect {
  return { fence: { epoch, number }, signal };
}

describe.skipIf(skipped)('a split by a real Traefik, when things go wrong', () => {
  let stand: Stand;
  let traffic: Traffic;
  let file: string;

  beforeEach(async () => {
    stand = await Stand.start();
    traffic = stand.traffic();
    file = join(stand.directory, 'coalmine-checkout.yml');
  });
  afterEach(() => stand.close());

  const split = (how: Split, number: number, epoch?: number) =>
    traffic.split(release, how, stand.backends, effect(number, epoch));
  const read = () => traffic.read(release, { signal });

  test('is in force again when Traefik was killed and started', async () => {
    await split(half, 1);
    await read();
    await stand.down();
    expect(await failureOf(read)).toMatchObject({ type: 'TargetUnavailable', nonRetryable: false });
    await stand.up();
    expect(await read()).toMatchObject(half);
    expect(await stand.share(100)).toEqual({ stable: 50, canary: 50 });
  });

  test('is taken back while the API is away, and is not said to be', async () => {
    await split(half, 1);
    await read();
    traffic = stand.traffic({ api: 'http://127.0.0.1:1' });
    expect(await failureOf(() => split(none, 2))).toMatchObject({ type: 'TargetUnavailable' });
    await expect.poll(() => stand.share(20)).toEqual({ stable: 20 });
  });

  test('stops at a file that someone has edited, and goes back all the same, keeping the edit', async () => {
    await split(half, 1);
    await read();
    const edited = (await readFile(file, 'utf8')).replace('"weight": 5000', '"weight": 9000');
    await writeFile(file, edited);
    for (const call of [() => split({ ...half, weight: 60 }, 2), read]) {
      const failure = await failureOf(call);
      expect(failure).toMatchObject({ type: 'TargetRefused', nonRetryable: true });
      expect(failure.message).toContain(
        `${file} was changed by someone else since Coalmine wrote it; move it away`,
      );
    }
    await split(none, 3);
    expect(await read()).toMatchObject(none);
    expect(await stand.share(20)).toEqual({ stable: 20 });
    expect(await readFile(`${file}.changed`, 'utf8')).toBe(edited);
  });

  test('is none where someone has deleted the file', async () => {
    await split(half, 1);
    await read();
    await rm(file);
    expect(await read()).toMatchObject(none);
    expect(await stand.share(20)).toEqual({ stable: 20 });
  });

  test('follows no link that lies in place of the file', async () => {
    const elsewhere = join(stand.directory, '..', 'elsewhere');
    await writeFile(elsewhere, 'of somebody');
    await symlink(elsewhere, file);
    expect((await failureOf(() => split(half, 1))).message).toContain('is a symbolic link');
    await split(none, 2);
    expect(await readFile(elsewhere, 'utf8')).toBe('of somebody');
    expect((await lstat(file)).isFile()).toBe(true);
  });

  test('says what Traefik refuses, and that another try may help', async () => {
    await stand.write('users.yml', {
      http: {
        ...usersOwn(stand.urls.stable),
        routers: {
          checkout: {
            rule: 'Host(`shop.test`)',
            service: 'checkout',
            entryPoints: ['web'],
            middlewares: ['own'],
          },
        },
        middlewares: { own: { addPrefix: { prefix: '/own' } } },
      },
    });
    stand.answer = () => (request, response) => response.end(request.url);
    await expect.poll(() => stand.ask({ path: '/x' }), { timeout: 10_000 }).toBe('/own/x');
    await split(half, 1);
    await read();
    await stand.write('users.yml', { http: usersOwn(stand.urls.stable) });
    await expect.poll(() => stand.ask(), { timeout: 10_000 }).toBe('/');
    const failure = await failureOf(read);
    expect(failure).toMatchObject({ type: 'TargetUnavailable', nonRetryable: false });
    expect(failure.message).toContain('refuses it: middleware "own@file" does not exist');
  });

  test('says when the router has changed that was copied', async () => {
    await split(half, 1);
    await read();
    await stand.write('users.yml', {
      http: {
        ...usersOwn(stand.urls.stable),
        routers: {
          checkout: { rule: 'Host(`shop.test`)', service: 'checkout', entryPoints: ['web'], priority: 500 },
        },
      },
    });
    await expect.poll(() => stand.share(20), { timeout: 10_000 }).toEqual({ stable: 20 });
    expect((await failureOf(read)).message).toContain(
      'has a router of yours with priority 500, and its copy',
    );
    await split(half, 2);
    expect(await read()).toMatchObject(half);
    expect(await stand.share(20)).toEqual({ stable: 10, canary: 10 });
  });

  test('is not in force where Traefik does not read the directory', async () => {
    const directory = join(stand.directory, '..', 'unread');
    await mkdir(directory);
    traffic = stand.traffic({ directory });
    await split(half, 1);
    const failure = await failureOf(read);
    expect(failure).toMatchObject({ type: 'TargetUnavailable', nonRetryable: false });
    expect(failure.message).toContain('does not have the router coalmine-checkout-split');
    expect(failure.message).toContain(`whether its file provider watches ${directory}`);
  });

  test.each([
    ['there is none', 'missing', 'there is no such directory where the worker runs (ENOENT)'],
    ['there is a file', 'users.yml', 'that is no directory (ENOTDIR)'],
  ])('says what is wrong with a directory where %s', async (_, name, sentence) => {
    traffic = stand.traffic({ directory: join(stand.directory, name) });
    for (const call of [() => split(half, 1), () => split(none, 2), read]) {
      const failure = await failureOf(call);
      expect(failure).toMatchObject({ type: 'TargetRefused', nonRetryable: true });
      expect(failure.message).toContain(sentence);
    }
  });

  test('refuses another version of Traefik', async () => {
    const server = createServer((_, response) =>
      response.end('{"Version":"2.11.30","Codename":"mimolette"}'),
    );
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    traffic = stand.traffic({ api: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}` });
    const failure = await failureOf(read);
    server.close();
    expect(failure).toMatchObject({ type: 'TargetRefused', nonRetryable: true });
    expect(failure.message).toContain('is version 2.11.30; expected 3.x');
  });

  test('may be told the same by two attempts at once', async () => {
    const attempt = () =>
      traffic.split(release, half, stand.backends, { ...effect(1), signal: new AbortController().signal });
    await Promise.all(Array.from({ length: 8 }, attempt));
    expect(await read()).toMatchObject(half);
    expect((await readdir(stand.directory)).sort()).toEqual(['coalmine-checkout.yml', 'users.yml']);
  });

  test('lets no attempt from before a take-back change anything, of an earlier rollout either', async () => {
    await split(half, 1, 2000);
    await split(none, 2, 2000);
    for (const late of [() => split(half, 1, 2000), () => split(half, 9, 1000)])
      expect(await failureOf(late)).toMatchObject({ type: 'Overtaken', nonRetryable: true });
    expect(await read()).toMatchObject(none);
    await split(half, 1, 3000);
    expect(await read()).toMatchObject(half);
  });

  test('is given back only once Traefik knows of a stable that was just replaced', async () => {
    await split({ weight: 100, audience: null }, 1);
    await read();
    await stand.write('users.yml', { http: { middlewares: { any: { addPrefix: { prefix: '/x' } } } } });
    const usersRouters = async (): Promise<unknown> =>
      (await fetch(`${stand.api}/api/http/routers?search=checkout%40file`)).json();
    await expect.poll(usersRouters, { timeout: 10_000 }).toEqual([]);
    let isOver = false;
    const answered = stand.shareUntil(() => isOver);
    const goingBack = split(none, 2);
    await stand.write('users.yml', { http: usersOwn(stand.urls.stable) });
    await goingBack;
    await read();
    const before = stand.asked;
    await expect.poll(() => stand.asked).toBeGreaterThan(before + 50);
    isOver = true;
    const { canary = 0, stable = 0, ...lost } = await answered;
    expect([canary > 0, stable > 0, lost]).toEqual([true, true, {}]);
  });

  test('is given back all the same where there is nothing of the user for long', async () => {
    await split({ weight: 100, audience: null }, 1);
    await read();
    await stand.write('users.yml', { http: { middlewares: { any: { addPrefix: { prefix: '/x' } } } } });
    await split(none, 2);
    expect(await read()).toMatchObject(none);
  });

  test('never comes into force once it is read back as taken back, however soon that was', async () => {
    let ofCanary = 0;
    stand.answer = (track) => (_, response) => {
      if (track === 'canary') ofCanary += 1;
      response.end(track);
    };
    let isOver = false;
    const users = stand.shareUntil(() => isOver);
    for (let number = 1; number < 20; number += 2) {
      await split(half, number);
      await split(none, number + 1);
      await read();
      // What was under way at that moment is over by then.
      const reported = stand.asked;
      await expect.poll(() => stand.asked, { timeout: 10_000 }).toBeGreaterThan(reported + 16);
      const [before, asked] = [ofCanary, stand.asked];
      await expect.poll(() => stand.asked, { timeout: 10_000 }).toBeGreaterThan(asked + 300);
      expect(ofCanary).toBe(before);
    }
    isOver = true;
    await users;
  });

  test('loses no request under way or on a connection that is kept when it is taken back', async () => {
    stand.answer = (track) => (_, response) => {
      setTimeout(() => response.end(track), 300);
    };
    await split(half, 1);
    await read();
    let done = false;
    const going = stand.shareUntil(() => done);
    await expect.poll(() => stand.asked, { timeout: 10_000 }).toBeGreaterThan(50);
    await split(none, 2);
    await read();
    const before = stand.asked;
    await expect.poll(() => stand.asked, { timeout: 10_000 }).toBeGreaterThan(before + 50);
    done = true;
    const { stable = 0, canary = 0, ...failed } = await going;
    expect(failed).toEqual({});
    expect([stable > 0, canary > 0]).toEqual([true, true]);
  });
});
