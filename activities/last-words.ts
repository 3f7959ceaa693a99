/** What a container said last, for people: without the credentials that it was given in plain text. */
import type { Hiding } from './hiding.ts';

const credential = /pass|secret|token|key|credential|auth|dsn|_url$|_uri$/i;

/**
 * A sentence with the last lines of a log behind it.
 *
 * @param words empty: the sentence alone
 * @param variables of the container: the values of those that look like credentials are hidden
 */
export function withLastWords(
  why: string,
  words: string,
  variables: Iterable<readonly [name: string, value: string]>,
  hiding: Hiding,
): string {
  if (words === '') return why;
  const values = [...variables].flatMap(([name, value]) =>
    credential.test(name) && value.length >= 4 ? [value] : [],
  );
  const hidden = values.reduce((all, value) => all.with(value), hiding);
  const lines = hidden.text(words.slice(-2_000)).split('\n').slice(-5).join(' | ');
  return `${why}; its last lines: ${lines.slice(-600)}`;
}
