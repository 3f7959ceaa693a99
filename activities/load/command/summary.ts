import { NotRegular, textOfRegularFile, TooLarge } from '../../../src/regular-file.ts';
import { mebibyte } from '../../answer-limits.ts';
import { excerpt, issueText, longestExcerpt } from '../../http-answer.ts';
import type { Hiding } from '../../hiding.ts';
import type { Form, Summary } from './forms.ts';

/** The most that is read of a summary, in bytes. */
const most = 8 * mebibyte;

/** Why a summary cannot be believed, as the rest of a sentence about the file. */
export class BadSummary extends Error {}

/**
 * Reads what a command wrote at its end.
 *
 * @param hiding keeps secrets out of what is quoted
 * @throws BadSummary if there is nothing, nothing of this form, or what contradicts itself
 */
export async function readSummary(file: string, { schema }: Form, hiding: Hiding): Promise<Summary> {
  const quote = (text: string): string => excerpt(hiding.beginning(text, longestExcerpt));
  const parsed = schema.safeParse(parse(await textOf(file), quote), { reportInput: true });
  if (!parsed.success) {
    const issues = parsed.error.issues.slice(0, 5).map((issue) => issueText(issue, quote));
    throw new BadSummary(`is not of the form that load.summary names: ${issues.join('; ')}`);
  }
  const amiss = contradiction(parsed.data);
  if (amiss !== null) throw new BadSummary(`contradicts itself: ${amiss}`);
  const classes = Object.entries(parsed.data.classes).slice(0, 50);
  return {
    ...parsed.data,
    classes: Object.fromEntries(classes.map(([name, n]) => [quote(name), n])),
  };
}

async function textOf(file: string): Promise<string> {
  try {
    return await textOfRegularFile(file, { most, links: false });
  } catch (error) {
    if (error instanceof TooLarge)
      throw new BadSummary(`${error.message}, expected at most ${String(most / mebibyte)} MiB`);
    if (error instanceof NotRegular) throw new BadSummary(`is ${error.kind}, expected a file`);
    const { code, message } = error as NodeJS.ErrnoException;
    throw new BadSummary(code === 'ENOENT' ? 'is not there' : `cannot be read: ${message}`);
  }
}

function parse(text: string, quote: (text: string) => string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new BadSummary(text.trim() === '' ? 'is empty, expected JSON' : `holds no JSON: ${quote(text)}`);
  }
}

function contradiction({ requests, errors, latency, classes }: Summary): string | null {
  if (errors > requests) return `found ${errors} errors of ${requests} requests, expected no more than those`;
  if (latency.n > requests)
    return `found the times of ${latency.n} of ${requests} requests, expected no more than those`;
  const failed = Object.values(classes).reduce((sum, n) => sum + n, 0);
  if (failed > errors) return `found ${failed} errors by class, expected no more than the ${errors} in all`;
  const rising = [latency.p50, latency.p90, latency.p99, latency.max].filter((time) => time !== undefined);
  const falls = rising.some((time, at) => time < (rising[at - 1] ?? 0));
  return falls ? `found ${rising.join(', ')} ms, expected percentiles that rise` : null;
}
