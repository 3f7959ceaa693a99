import { z } from 'zod';

const unit = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const longest = 90 * unit.d;

function milliseconds(text: string): number {
  const [, amount, name] = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text) ?? [];
  return Number(amount) * unit[name as keyof typeof unit];
}

/** `10s`, `5m`, `1.5h`, `30d`; more than 0 and at most 90 days. Milliseconds in the plan. */
export const duration = z
  .string()
  .regex(/^\d+(\.\d+)?(ms|s|m|h|d)$/, 'a duration such as 30s, 5m, 24h or 7d')
  .refine((text) => milliseconds(text) > 0, 'a duration longer than 0')
  .refine((text) => milliseconds(text) <= longest, 'a duration of at most 90d')
  .transform(milliseconds)
  .describe('A duration such as 30s, 5m, 24h or 7d; at most 90d');

/** `2%` or `0.02`: a share of one in the plan. */
export const share = z
  .union([z.number().min(0), z.string().regex(/^\d+(\.\d+)?%$/)], 'a share such as 2% or 0.02')
  .transform((value) => (typeof value === 'number' ? value : Number(value.slice(0, -1)) / 100))
  .describe('A share such as 2% or 0.02');

/** `50/s` or `3000/m`: requests per second in the plan, at most 10,000. */
export const rate = z
  .string()
  .regex(/^\d+(\.\d+)?\/(s|m)$/, 'a rate such as 50/s or 600/m')
  .transform((text) => Number.parseFloat(text) / (text.endsWith('m') ? 60 : 1))
  .refine((value) => value > 0 && value <= 10_000, 'a rate above 0 and at most 10000/s')
  .describe('A rate such as 50/s or 600/m; at most 10000/s');

/** An absolute http or https URL without a user name or a password. */
export const url = z
  .string()
  .refine(isHttpUrl, 'an absolute http:// or https:// URL without a user name or password in it')
  .describe('An absolute http:// or https:// URL');

function isHttpUrl(text: string): boolean {
  const parsed = URL.parse?.(text) ?? safeUrl(text);
  return (
    parsed !== null &&
    (parsed.protocol === 'http:' || parsed.protocol === 'https:') &&
    parsed.username === '' &&
    parsed.password === ''
  );
}

function safeUrl(text: string): URL | null {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}

/** A value that the worker knows by name; the spec and the history hold the name only. */
export const secret = z
  .strictObject({
    secret: z.string().regex(/^[A-Z][A-Z0-9_]*$/, 'the name of an environment variable of the worker'),
  })
  .describe('A reference to a secret of the worker, by name');

export const headers = z.record(
  z.string().regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'a header name'),
  z.union([z.string(), secret]),
);

/** RFC 9535, for example `$.status` or `$.rates[0].errors`. */
export const jsonPath = z
  .string()
  .startsWith('$', 'a JSONPath (RFC 9535) that begins with $')
  .describe('A JSONPath (RFC 9535) such as $.errors');
