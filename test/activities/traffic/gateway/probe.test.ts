import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { isProbeRule, notInForce, probeRule } from '../../../../activities/traffic/gateway/probe.ts';
import { grantsOf } from '../../../support/grants.ts';
import { failureOf } from '../../../support/failures.ts';

const fence = { epoch: 1764355200000, number: 7 };
const { signal } = new AbortController();
const grants = grantsOf(() => 'hush');

describe('a probe of a gateway', () => {
  let server: Server;
  let url: string;
  let answer: RequestListener;
  let hosts: (string | undefined)[];

  beforeEach(async () => {
    hosts = [];
    server = createServer((request, response) => {
      hosts.push(request.headers.host);
      answer(request, response);
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  });
  afterEach(() => {
    server.close();
    server.closeAllConnections();
  });

  /** As a gateway answers by the rule of an effect. */
  const by =
    (number: number): RequestListener =>
    (request, response) => {
      const filter = probeRule({ ...fence, number }).filters?.[0];
      const { hostname, statusCode } = filter?.requestRedirect as { hostname: string; statusCode: number };
      response.writeHead(statusCode, { location: `http://${hostname}${String(request.url)}` }).end();
    };
  const byTheService: RequestListener = (_, response) => response.writeHead(404).end();

  test('sees which effect is in force', async () => {
    answer = by(7);
    expect(await notInForce(url, fence, [], grants, signal)).toBeNull();
    answer = by(6);
    expect(await notInForce(url, fence, [], grants, signal)).toMatch(
      /in force yet: .* e1764355200000-6\.coalmine/,
    );
    answer = byTheService;
    expect(await notInForce(url, fence, [], grants, signal)).toMatch(/by no rule of Coalmine/);
  });

  test('sees that no effect is in force any more', async () => {
    answer = by(7);
    expect(await notInForce(url, null, [], grants, signal)).toMatch(/in force yet/);
    answer = byTheService;
    expect(await notInForce(url, null, [], grants, signal)).toBeNull();
    answer = (_, response) => response.writeHead(302, { location: 'https://shop.example/login' }).end();
    expect(await notInForce(url, null, [], grants, signal)).toBeNull();
  });

  test('asks more than one copy, each on a connection of its own', async () => {
    const connections = new Set<unknown>();
    let asked = 0;
    answer = (request, response) => {
      connections.add(request.socket);
      asked += 1;
      by(asked === 2 ? 6 : 7)(request, response);
    };
    expect(await notInForce(url, fence, [], grants, signal)).toMatch(/in force yet/);
    expect(connections.size).toBe(2);
  });

  test.each([
    [[], '127.0.0.1'],
    [['shop.example', 'www.shop.example'], 'shop.example'],
    [['*.shop.example'], 'coalmine.shop.example'],
    [['shop.example', '127.0.0.1'], '127.0.0.1'],
  ])('asks by a name that the route is for: of %j by %s', async (hostnames, expected) => {
    answer = by(7);
    expect(await notInForce(url, fence, hostnames, grants, signal)).toBeNull();
    expect(hosts.map((host) => host?.replace(/:\d+$/, ''))).toEqual([expected, expected, expected]);
  });

  test('says so where there is no answer, and asks only where specs may', async () => {
    server.close();
    expect(await notInForce(url, fence, [], grants, signal)).toMatch(
      /gave no answer \(nothing listens there/,
    );
    const probe = () => notInForce('http://gateway.example', fence, [], grants, signal);
    expect(await failureOf(probe)).toMatchObject({ type: 'NotAllowed' });
  });

  test('ends when it is cancelled', async () => {
    const cancel = new AbortController();
    answer = () => {
      cancel.abort(new Error('cancelled by the test'));
    };
    await expect(notInForce(url, fence, [], grants, cancel.signal)).rejects.toThrow('cancelled by the test');
  });

  test('knows its own rule', () => {
    expect(isProbeRule(probeRule(fence))).toBe(true);
    expect(isProbeRule({ matches: [{ path: { type: 'PathPrefix', value: '/' } }] })).toBe(false);
  });
});
