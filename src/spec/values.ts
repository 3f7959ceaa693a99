import { z } from 'zod';
import { isVisible } from '../text/visible.ts';
import { jsonPathProblem } from './json-path.ts';

/** The parameters of an issue whose part of the spec could not be read at all: no rule can look at it. */
export const unread = { unread: true };

const unit = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const longest = 90 * unit.d;

function milliseconds(text: string): number {
  const [, amount, name] = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text) ?? [];
  return Math.max(1, Math.round(Number(amount) * unit[name as keyof typeof unit]));
}

/** Milliseconds as an author would write them: in the largest unit that gives a whole number. */
export function durationText(ms: number): string {
  const [name = 'ms', size = 1] =
    Object.entries(unit).findLast(([, size]) => ms >= size && ms % size === 0) ?? [];
  return `${ms / size}${name}`;
}

const anyDuration = 'a duration above 0 such as 30s, 5m, 24h or 7d';

/** `10s`, `5m`, `1.5h`, `30d`; more than 0 and at most 90 days. Milliseconds in the plan. */
export const duration = z
  .string(anyDuration)
  .regex(/^(?=.*[1-9])\d+(\.\d+)?(ms|s|m|h|d)$/, anyDuration)
  .transform(milliseconds)
  .refine((ms) => ms <= longest, 'a duration of at most 90d')
  .describe('A duration such as 30s, 5m, 24h or 7d; at most 90d');

const anyShare = 'a share from 0 to 1 or in per cent, such as 0.02 or 2%';

/** `2%` or `0.02`, at most 100 per cent: a share of one in the plan. */
export const share = z
  .union(
    [z.number().min(0, anyShare).max(1, anyShare), z.string().regex(/^\d+(\.\d+)?%$/, anyShare)],
    anyShare,
  )
  .transform((value) => (typeof value === 'number' ? value : Number(value.slice(0, -1)) / 100))
  .refine((value) => value <= 1, anyShare)
  .describe('A share such as 2% or 0.02');

const anyRate = 'a rate such as 50/s or 600/m';

/** `50/s` or `3000/m`: requests per second in the plan, at most 10,000. */
export const rate = z
  .string(anyRate)
  .regex(/^\d+(\.\d+)?\/(s|m)$/, anyRate)
  .transform((text) => Number.parseFloat(text) / (text.endsWith('m') ? 60 : 1))
  .refine((value) => value > 0 && value <= 10_000, 'a rate above 0 and at most 10000/s')
  .describe('A rate such as 50/s or 600/m; at most 10000/s');

/**
 * A whole number. Not `z.int()`, whose issue would keep the rules of the whole spec from being checked in the
 * same pass.
 */
export function whole(min: number, max: number) {
  const text = `a whole number from ${min} to ${max}`;
  return z
    .number(text)
    .refine((value) => Number.isInteger(value) && value >= min && value <= max, text)
    .meta({ type: 'integer', minimum: min, maximum: max });
}

/** What {@link isVisible} wants. */
export const hidesNothing =
  'text without control characters, and without characters that are invisible or turn the text around';

/** Text on one line, not empty, with nothing hidden in it. */
export function line(max: number) {
  const text = `text on one line, of at most ${max} characters, without space at its ends`;
  const shape = new RegExp(`^\\S(.{0,${max - 2}}\\S)?$`);
  return z
    .string()
    .regex(shape, text)
    .refine((value) => !shape.test(value) || isVisible(value), hidesNothing);
}

const anyUrl =
  'an absolute http:// or https:// URL of at most 2000 characters, without a user name or password in it';

/** An absolute http or https URL without a user name or a password. */
export const url = z
  .string(anyUrl)
  .refine(isHttpUrl, anyUrl)
  .meta({ pattern: '^https?://', description: 'An absolute http:// or https:// URL' });

function isHttpUrl(text: string): boolean {
  if (!/^https?:\/\/\S{1,2000}$/.test(text) || !URL.canParse(text)) return false;
  const { username, password } = new URL(text);
  return username === '' && password === '';
}

const anyDirectory = 'an absolute path without . or .. in it, such as /etc/traefik/dynamic';

/** An absolute path, with nothing in it to be resolved and no slash at its end. */
export const directory = line(1000)
  .regex(/^(?:\/(?!\.{0,2}(?:\/|$))[^/]+)+$/, anyDirectory)
  .describe('An absolute path');

/** A value that the worker knows by name; the spec and the history hold the name only. */
export const secret = z
  .strictObject({
    secret: z
      .string()
      .regex(/^[A-Z][A-Z0-9_]*$/, 'the name of a secret of the worker, such as PLATFORM_TOKEN'),
  })
  .describe('A reference to a secret of the worker, by name');

/** The characters that RFC 9110 allows in the name of a header; a cookie's name has the same. */
export const token = z
  .string()
  .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'a name of letters, digits and dashes');

const headerValue = z
  .union(
    [z.string().regex(/^[\t -~\u0080-\u00ff]*$/, 'a header value: Latin text on one line'), secret],
    'text or { secret: NAME }',
  )
  .describe('Text, or { secret: NAME } for what must not be read in the history');

const credential = /authorization|cookie|api[-_]?key|token|secret|password|credential/i;

/** Credentials are references, so that no spec and no history holds one. */
export function withoutCredentials(value: Record<string, unknown>, context: z.core.$RefinementCtx): void {
  for (const [name, content] of Object.entries(value)) {
    if (typeof content !== 'string' || !credential.test(name)) continue;
    context.addIssue({
      code: 'custom',
      path: [name],
      message: '{ secret: NAME }, the name of a secret of the worker',
      params: { found: 'a credential in plain text' },
    });
  }
}

/** Headers that belong to the connection or to where a request ends: the worker sets them itself. */
const ofConnection: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'http2-settings',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

function withoutConnection(value: Record<string, unknown>, context: z.core.$RefinementCtx): void {
  for (const name of Object.keys(value)) {
    if (!ofConnection.has(name.toLowerCase())) continue;
    context.addIssue({
      code: 'custom',
      path: [name],
      message:
        name.toLowerCase() === 'host'
          ? 'no header Host: the worker sends the host of the URL; put the name into the URL'
          : `no header ${name}: the worker sets what belongs to the connection and the length of a request itself`,
      params: { found: 'a header that only the worker may set' },
    });
  }
}

/** What is sent with each request. */
export const headers = z
  .record(token, headerValue)
  .superRefine(withoutCredentials)
  .superRefine(withoutConnection);

/** RFC 9535, for example `$.status` or `$.rates[0].errors`; without what could take long to evaluate. */
export const jsonPath = z
  .string()
  .superRefine((text, context) => {
    const message = jsonPathProblem(text);
    if (message !== null) context.addIssue({ code: 'custom', message });
  })
  .describe('A JSONPath (RFC 9535) such as $.errors');
