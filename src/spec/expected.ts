import type { z } from 'zod';

/**
 * What was expected, for issues whose schema does not say it itself: every message of the schema says what is
 * expected, never that something is wrong. For an unknown key it is the list of the known ones.
 */
export const expectedText: z.core.$ZodErrorMap = (issue) => {
  switch (issue.code) {
    case 'invalid_type':
      return issue.expected === 'string' &&
        (typeof issue.input === 'number' || typeof issue.input === 'boolean')
        ? 'text, in quotes'
        : typeText(issue.expected, keysOf(issue.inst));
    case 'invalid_value':
      return choiceText(issue.values);
    case 'invalid_union':
      return choiceText(optionsOf(issue).filter((option) => option !== undefined));
    case 'unrecognized_keys':
      return keysOf(issue.inst).join(', ');
    case 'too_small':
      return sizeText('at least', issue.minimum, issue.origin);
    case 'too_big':
      return sizeText('at most', issue.maximum, issue.origin);
    default:
      return undefined;
  }
};

/** Of what tells the members of a union apart; undefined stands for the one that need not be named. */
function optionsOf(issue: object): readonly z.core.util.Primitive[] {
  return (issue as { options?: readonly z.core.util.Primitive[] }).options ?? [];
}

function typeText(type: string, keys: readonly string[]): string {
  const names: Record<string, string> = {
    string: 'text',
    number: 'a number',
    boolean: 'true or false',
    array: 'a list',
  };
  return names[type] ?? (keys.length === 0 ? 'a mapping' : `a mapping with ${keys.join(', ')}`);
}

/** The keys of a mapping's schema, or the one that tells the members of a union apart. */
function keysOf(inst: unknown): string[] {
  const { shape, def } = inst as { shape?: object; def?: { discriminator?: string } };
  return def?.discriminator === undefined ? Object.keys(shape ?? {}) : [def.discriminator];
}

/** `http`, `one of pause, roll-back`. */
export function choiceText(values: readonly z.core.util.Primitive[]): string {
  const names = values.map(String);
  return names.length === 1 ? names.join() : `one of ${names.join(', ')}`;
}

function sizeText(bound: string, size: number | bigint, origin: string): string {
  const units: Record<string, [string, string]> = {
    string: [' character', ' characters'],
    array: [' entry', ' entries'],
  };
  const [one, several] = units[origin] ?? ['', ''];
  return `${bound} ${size}${Number(size) === 1 ? one : several}`;
}
