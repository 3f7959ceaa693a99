import { visible } from '../text/visible.ts';
import { specLimits } from './limits.ts';

/** One thing that is wrong with a spec. */
export interface SpecProblem {
  /** Such as `steps[0].weight`; empty where it is the whole. */
  path: string;
  /** From 1; absent where the spec came as a value, without a text. */
  line?: number;
  column?: number;
  found: string;
  expected: string;
}

/** What a message lists takes at most so many characters: it goes into history where a worker refuses a spec. */
const longestMessage = 32_000;

/**
 * A spec is refused. The message has a line for each of the first problems, at most a hundred and 32,000 characters of
 * them, and says how many more there are.
 */
export class SpecError extends Error {
  override readonly name = 'SpecError';
  /** The first hundred, in the order of the text where there is one. */
  readonly problems: readonly SpecProblem[];
  /** How many problems there are besides these. */
  readonly more: number;

  constructor(problems: readonly SpecProblem[], file?: string) {
    const sorted = problems.toSorted(
      (a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0),
    );
    const listed = sorted.slice(0, specLimits.problems);
    super(messageOf(listed, sorted.length, file));
    this.problems = listed;
    this.more = sorted.length - listed.length;
  }
}

function messageOf(problems: readonly SpecProblem[], all: number, file: string | undefined): string {
  const lines: string[] = [];
  let length = 0;
  for (const problem of problems) {
    const line = problemText(problem, file);
    length += line.length + 1;
    if (lines.length > 0 && length > longestMessage) break;
    lines.push(line);
  }
  const more = all - lines.length;
  return [...lines, ...(more > 0 ? [`… and ${more} more problem${more === 1 ? '' : 's'}`] : [])].join('\n');
}

function problemText({ path, line, column, found, expected }: SpecProblem, file: string | undefined): string {
  const place = [file, line, column].filter((part) => part !== undefined).join(':');
  const where = [place, path].filter((part) => part !== '').join(' ');
  return visible(
    `${where === '' ? 'the spec' : where}: found ${cut(found, 500)}, expected ${cut(expected, 1500)}`,
  );
}

/** `steps[0].audience.header`; a key that is no plain word is quoted. */
export function pathText(path: readonly PropertyKey[]): string {
  return path.map(segmentText).join('').replace(/^\./, '');
}

function segmentText(segment: PropertyKey): string {
  if (typeof segment === 'number') return `[${segment}]`;
  const key = String(segment);
  return /^\w[\w-]{0,59}$/.test(key) ? `.${key}` : `[${quoted(key)}]`;
}

/** Text in quotes, cut, and without the credentials that a URL may hold. */
export function quoted(text: string): string {
  const query = text.includes('://') ? text.indexOf('?') : -1;
  const bare = query === -1 ? text : `${text.slice(0, query)}?…`;
  const at = bare.lastIndexOf('@');
  const colon = bare.indexOf(':');
  return JSON.stringify(cut(colon !== -1 && colon < at ? `…${bare.slice(at)}` : bare));
}

/** The beginning of a text. */
export function cut(text: string, length = 60): string {
  return text.length > length ? `${text.slice(0, length)}…` : text;
}
