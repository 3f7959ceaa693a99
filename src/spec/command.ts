import { z } from 'zod';
import { secret, withoutCredentials } from './values.ts';

/** What stands for something in the arguments of a command: `$rate` or `${rate}`. */
const placeholders = ['url', 'host', 'rate', 'duration', 'summary', 'service', 'version'] as const;

type Placeholder = (typeof placeholders)[number];

/** What each placeholder stands for. */
export type CommandFilling = Record<Placeholder, string>;

/** A `$` with what belongs to it. */
const dollar = /\$(?:\$|(\w+)|\{(\w+)\})?/g;

/** The arguments with everything filled in; `$$` is a `$`. */
export function filledArguments(words: readonly string[], filling: CommandFilling): string[] {
  return words.map((word) =>
    word.replace(dollar, (_, plain?: Placeholder, braced?: Placeholder) => {
      const name = plain ?? braced;
      return name === undefined ? '$' : filling[name];
    }),
  );
}

/**
 * The first argument that a value would make an option of, such as `$version` with the version `--config=x`; null if
 * there is none.
 */
export function madeAnOption(words: readonly string[], filling: CommandFilling): string | null {
  const arguments_ = filledArguments(words, filling);
  return words.find((word, at) => !word.startsWith('-') && arguments_[at]?.startsWith('-')) ?? null;
}

/** The placeholders that arguments have. */
export function placeholdersOf(words: readonly string[]): ReadonlySet<string> {
  return new Set(words.flatMap((word) => dollars(word).flatMap(({ name }) => name ?? [])));
}

/** Each `$` of an argument with what belongs to it; `name` is null for `$$` and for what names nothing. */
function dollars(word: string): { text: string; name: string | null }[] {
  return Array.from(word.matchAll(dollar), ([text, plain, braced]) => ({
    text,
    name: plain ?? braced ?? null,
  }));
}

const known: readonly string[] = placeholders;
const anyPlaceholder = `${known.map((name) => `$${name}`).join(', ')} (or \${url}…), and $$ for a $ itself`;

const argument = z
  .string()
  .max(2000)
  .superRefine((word, context) => {
    if (word.includes('\0')) context.addIssue({ code: 'custom', message: 'text without a NUL' });
    for (const { text, name } of dollars(word)) {
      if (name === null ? text === '$$' : known.includes(name)) continue;
      context.addIssue({
        code: 'custom',
        message: `no other placeholders than ${anyPlaceholder}`,
        params: { found: JSON.stringify(text) },
      });
    }
  });

const anyProgram = 'a program: its name on the PATH of the worker, or an absolute path';

/** A program and its arguments, which no shell reads. */
export const command = z
  .array(argument)
  .min(1)
  .max(100)
  .superRefine(([program], context) => {
    if (program === undefined || /^(\/[^$]+|[\w.+-]+)$/.test(program)) return;
    context.addIssue({ code: 'custom', path: [0], message: anyProgram });
  })
  .describe(
    'The program and its arguments, which no shell reads. Filled in: $url and $host (where the load goes), $rate ' +
      '(requests a second), $duration (seconds), $summary (the file to write), $service, $version; $$ is a $',
  );

const variable = z
  .string()
  .regex(
    /^(?!(PATH|HOME|TMPDIR)$|LD_|DYLD_)[A-Za-z_]\w{0,99}$/,
    'the name of an environment variable, other than PATH, HOME, TMPDIR, LD_… and DYLD_…',
  );

const variableValue = z
  .union(
    [
      z
        .string()
        .max(10_000)
        .regex(/^[^\0]*$/, 'text without a NUL'),
      secret,
    ],
    'text or { secret: NAME }',
  )
  .describe('Text, or { secret: NAME } for what must not be read in the history');

/** The environment of a command, besides PATH, HOME, LANG and TMPDIR. */
export const environment = z
  .record(variable, variableValue)
  .superRefine(withoutCredentials)
  .describe(
    'Its environment, besides PATH, HOME, LANG and TMPDIR: variables that COALMINE_ALLOW_COMMAND_ENV of the worker lists',
  );
