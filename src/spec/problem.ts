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

const listed = 100;

/** A spec is refused. The message lists every problem, each on a line of its own, up to a hundred. */
export class SpecError extends Error {
  override readonly name = 'SpecError';
  /** In the order of the text, where there is one. */
  readonly problems: readonly SpecProblem[];

  constructor(problems: readonly SpecProblem[], file?: string) {
    const sorted = problems.toSorted(
      (a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0),
    );
    const lines = sorted.slice(0, listed).map((problem) => problemText(problem, file));
    const more = sorted.length - lines.length;
    super([...lines, ...(more > 0 ? [`… and ${more} more problems`] : [])].join('\n'));
    this.problems = sorted;
  }
}

function problemText({ path, line, column, found, expected }: SpecProblem, file: string | undefined): string {
  const place = [file, line, column].filter((part) => part !== undefined).join(':');
  const where = [place, path].filter((part) => part !== '').join(' ');
  return `${where === '' ? 'the spec' : where}: found ${found}, expected ${expected}`;
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
