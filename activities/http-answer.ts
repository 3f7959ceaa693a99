/** What an HTTP answer means: which faults another try may mend, and what to tell people about each. */
import { z } from 'zod';
import { mebibyte } from './answer-limits.ts';
import { overtaken, refused, turnedAway, unavailable } from './failures.ts';
import { tooMuchJson } from './json-bounds.ts';

/** An answer, as far as it was read. */
export interface Answer {
  status: number;
  /** Where a redirect points. */
  location: string | null;
  text: string;
  /** There was more than so many bytes; null if it was read to its end. */
  most: number | null;
}

/** How to speak of one request. */
export interface Words {
  /** A message: what the request was, and then what was found. */
  say: (found: string) => string;
  /** The beginning of what somebody else wrote, on one line and without the request's secrets. */
  quote: (text: string) => string;
  /** A JSON value of somebody else without any secret of the worker: an answer may echo one, and what is kept of it goes into history. */
  hide: (value: unknown) => unknown;
}

/**
 * Does nothing at a 2xx.
 *
 * @throws the failure that any other status stands for
 */
export function refuseFault(answer: Answer, words: Words, passing: readonly number[] = []): void {
  const failure = failureOf(answer, words, passing);
  if (failure !== null) throw failure;
}

/** What a gateway answers that has asked the target and got no answer: the target may still be at it. */
const gateways = [502, 504];

/**
 * The failure that an answer stands for; null at a 2xx.
 *
 * @param passing statuses that another try may mend, besides 429 and 5xx
 */
export function failureOf(
  answer: Answer,
  { say, quote }: Words,
  passing: readonly number[] = [],
): Error | null {
  const { status } = answer;
  if (status >= 200 && status < 300) return null;
  const found = `answered ${String(status)}${answer.text === '' ? '' : ` (${quote(answer.text)})`}`;
  if (status === 409)
    return overtaken(say(`${found}: it has accepted a newer effect than this one, which is not tried again`));
  if (status === 429 || status >= 500 || passing.includes(status)) {
    const fault = gateways.includes(status) ? unavailable : turnedAway;
    return fault(say(`${found}, expected 2xx; it is worth another try, and the target's own log says why`));
  }
  return refused(say(`${found}, expected 2xx; it is not tried again: ${remedy(answer, quote)}`));
}

/** The JSON of an answer; undefined if it has none that can be read. */
export function jsonOf(answer: Answer, words: Words): unknown {
  const read = readJson(answer, words);
  return 'value' in read ? read.value : undefined;
}

function readJson({ text, most }: Answer, { hide, quote }: Words): { value: unknown } | { problem: string } {
  if (most !== null) return { problem: `with more than ${String(most / mebibyte)} MiB` };
  const much = tooMuchJson(text);
  if (much !== null) return { problem: `with JSON ${much}` };
  try {
    return { value: hide(JSON.parse(text)) };
  } catch {
    const problem = text.trim() === '' ? 'with nothing, expected JSON' : `with no JSON: ${quote(text)}`;
    return { problem };
  }
}

function remedy({ status, location }: Answer, quote: Words['quote']): string {
  if (status === 401 || status === 403)
    return "correct the spec's headers or auth, or the secret's value at the worker";
  if (status === 404 || status === 405)
    return 'correct the URL in the spec, or see why nothing answers there';
  if (location !== null && status >= 300 && status < 400)
    return `redirects are not followed; put the final address in the spec (this one leads to ${quote(place(location))})`;
  return "the target's own log says why";
}

/**
 * The answer's JSON, validated.
 *
 * @throws a retryable failure that names each member that is not as expected
 */
export function understand<T>(answer: Answer, expected: z.ZodType<T>, words: Words): T {
  const { say, quote } = words;
  const { status } = answer;
  const fail = (problem: string): Error =>
    unavailable(
      say(`answered ${String(status)}, but ${problem}; correct it there, then it is worth another try`),
    );
  const read = readJson(answer, words);
  if ('problem' in read) throw fail(read.problem);
  const parsed = expected.safeParse(read.value, { reportInput: true });
  if (parsed.success) return parsed.data;
  throw fail(
    parsed.error.issues
      .slice(0, 5)
      .map((issue) => issueText(issue, quote))
      .join('; '),
  );
}

/** What is amiss with one member: where, what is expected, what was found. */
export function issueText({ path, message, input }: z.core.$ZodIssue, quote: Words['quote']): string {
  const member = path.length === 0 ? 'the whole' : z.core.toDotPath(path);
  return `${quote(`${member}: ${message}`)}${input === undefined ? '' : `, found ${quote(JSON.stringify(input))}`}`;
}

/** A URL for people: without a password in it, and without the query, which may hold a token. */
export function place(url: string): string {
  const [before = ''] = url.replace(/\/\/[^/?#]*@/, '//').split(/[?#]/, 1);
  return url.includes('?') ? `${before}?…` : before;
}

/** Characters beyond which {@link excerpt} does not look. */
export const longestExcerpt = 2000;

/** The first 200 characters, on one line. */
export function excerpt(text: string): string {
  const line = text
    .slice(0, longestExcerpt)
    .replace(/[\p{C}\s]+/gu, ' ')
    .trim();
  return line.length <= 200 ? line : `${line.slice(0, 200).replace(/[\ud800-\udbff]$/, '')}…`;
}
