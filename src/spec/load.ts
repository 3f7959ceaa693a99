import { z } from 'zod';
import { command, environment } from './command.ts';
import { duration, headers, rate, url } from './values.ts';

const anyPath = 'a path that begins with one /, without \\ and without . or .. as a part of it';

/** It never names another host, as `//evil.example/` would. */
const requestPath = z
  .string()
  .max(2000)
  .regex(/^\/(?![/\\])[^\s\\]*$/, anyPath)
  .refine((path) => !/\/(\.|%2e){1,2}(\/|$)/i.test(path.split(/[?#]/, 1)[0] ?? ''), anyPath);
const method = z.enum(['GET', 'POST', 'PUT', 'DELETE']);
const body = z.string().max(100_000).optional().describe('What each request sends');
const anyShare = 'a number above 0 and at most 1000';

/** Others of the worker wait for it (ms). */
const longestTest = 3_600_000;

/** Where a load goes, and for how long. */
const shared = {
  url: url.optional().describe('Where the load goes; instead of path'),
  path: requestPath
    .optional()
    .describe("A path at the canary's own address, as its target gives it; instead of url"),
  duration: duration
    .refine((ms) => ms <= longestTest, 'a duration of at most 1h')
    .prefault('10s')
    .describe('How long the canary alone is loaded before any live traffic; at most 1h'),
  bake: url.optional().describe('The front door: if given, the load goes on there during every bake'),
  counted: z
    .boolean()
    .default(true)
    .describe(
      'A metric of the bakes counts all that goes through the front door: where none has counted nine tenths of what was ' +
        'sent there, none is believed. false: no metric is meant to',
    ),
};

const httpLoad = z
  .strictObject({
    type: z.literal('http').describe('Requests that the worker sends itself'),
    ...shared,
    method: method.default('GET'),
    headers: headers.default({}),
    body,
    requests: z
      .array(
        z.strictObject({
          path: requestPath.describe("At the host of url, or at the canary's own address"),
          method: method.optional().describe("By default the load's"),
          headers: headers.default({}).describe("Besides the load's"),
          body,
          share: z
            .number(anyShare)
            .positive(anyShare)
            .max(1000, anyShare)
            .default(1)
            .describe('How many of them come, beside those of the others: 3 and 1 are three to one'),
        }),
      )
      .min(1)
      .max(50)
      .optional()
      .describe('Several kinds of requests in proportion; in place of path'),
    rate: rate.prefault('10/s').describe('Such as 50/s or 600/m; at most 10000/s'),
  })
  .refine(
    ({ url, path, requests }) =>
      requests === undefined ? (url === undefined) !== (path === undefined) : path === undefined,
    'exactly one of url and path, or requests in place of path',
  );

const commandLoad = z
  .strictObject({
    type: z.literal('command').describe('A load tool on the machine of the worker'),
    ...shared,
    command,
    summary: z
      .enum(['coalmine', 'k6', 'ghz'])
      .default('coalmine')
      .describe("What the file $summary holds at the end: docs/load.md's own form, k6's or ghz's"),
    env: environment.default({}),
    rate: rate.optional().describe('What $rate stands for, such as 50/s or 600/m; at most 10000/s'),
  })
  .refine(({ url, path }) => (url === undefined) !== (path === undefined), 'exactly one of url and path');

/**
 * The load of the test: against the canary alone, before any live traffic. Metrics whose source is `load`
 * judge it; where there is none, the plan gets one (see `loadErrors`).
 */
export const load = z
  .discriminatedUnion('type', [httpLoad, commandLoad])
  .describe('Load against the canary alone, before any live traffic: the test');
