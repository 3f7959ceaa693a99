import { stripVTControlCharacters } from 'node:util';
import { refused, unavailable } from '../../failures.ts';
import type { Ended } from './group.ts';

/** Lines and characters that are told of what a command said last. */
const lines = 10;
const characters = 600;

/**
 * Does nothing where a command has ended so that its summary is to be believed. Another try can mend what
 * somebody else has ended; any other end would come again.
 */
export function refuseEnd({ code, by, late, said }: Ended, name: string, exits: readonly number[]): void {
  const end = `load: ${name} ended with ${by ?? `exit code ${String(code)}`}`;
  if (late)
    throw refused(
      `load: ${name} still ran long after the load's end and was ended${lastOf(said)}; ` +
        'give it $duration, so that it ends by itself',
    );
  if (code !== null && exits.includes(code)) return;
  if (by !== null) throw unavailable(`${end}, which the load did not send: see who did${lastOf(said)}`);
  throw refused(
    `${end}, expected ${exits.join(' or ')}${lastOf(said)}; correct load.command, or what it needs where the worker runs`,
  );
}

/** What a command said last, as an insertion into a sentence. */
export function lastOf(said: string): string {
  const last = said
    .split('\n')
    .map((line) =>
      stripVTControlCharacters(line)
        .replace(/[\p{C}\s]+/gu, ' ')
        .trim(),
    )
    .filter((line) => line !== '')
    .slice(-lines)
    .join(' / ');
  if (last === '') return ', and said nothing';
  return `, and said: ${last.length <= characters ? last : `…${last.slice(-characters)}`}`;
}
