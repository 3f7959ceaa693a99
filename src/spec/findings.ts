import type { z } from 'zod';
import { choiceText } from './expected.ts';
import { nearest } from './nearest.ts';
import { cut, quoted } from './problem.ts';

/** An issue of the schema in our words, not yet located in a text. */
export interface Finding {
  path: PropertyKey[];
  /** It is the key at the path that is meant, not its value. */
  isKey: boolean;
  found: string;
  expected: string;
}

type Issue = z.core.$ZodIssue;

/** Only so many unknown keys are compared with the known ones. */
const mostSuggestions = 20;

/** The findings in the issues of a value. The first unknown keys come with the known one that they are nearest to. */
export function findings(issues: readonly Issue[], value: unknown): Finding[] {
  let suggestions = 0;
  const suggest: Suggest = (key, known) =>
    ++suggestions > mostSuggestions ? undefined : nearest(key, known);
  return findingsAt([], issues, value, suggest);
}

type Suggest = typeof nearest;

/** @param path leads to the value that the issues' own paths start from */
function findingsAt(
  path: PropertyKey[],
  issues: readonly Issue[],
  value: unknown,
  suggest: Suggest,
): Finding[] {
  return issues.flatMap((issue) => {
    const at = [...path, ...issue.path];
    const input = valueAt(value, issue.path);
    if (issue.code === 'unrecognized_keys') {
      const known = issue.message.split(', ');
      return issue.keys.map((key) => unknownKey([...at, key], key, known, suggest));
    }
    if (issue.code === 'invalid_union') {
      const branch = bestBranch(issue.errors, input);
      if (branch !== undefined) return findingsAt(at, branch, input, suggest);
    }
    if (issue.code === 'invalid_key') {
      const expected = issue.issues.map(({ message }) => message).join(', ');
      return [{ path: at, isKey: true, found: `the key ${quoted(String(at.at(-1)))}`, expected }];
    }
    const said: unknown = issue.code === 'custom' ? issue.params?.['found'] : undefined;
    const found = typeof said === 'string' ? said : valueText(input, at);
    return [{ path: at, isKey: false, found, expected: issue.message }];
  });
}

function unknownKey(path: PropertyKey[], key: string, known: readonly string[], suggest: Suggest): Finding {
  const near = suggest(key, known);
  return {
    path,
    isKey: true,
    found: `the unknown key ${quoted(key)}${near === undefined ? '' : ` (did you mean ${near}?)`}`,
    expected: choiceText(known),
  };
}

/** What a member of a union says, where the input is plainly meant for that one. */
function bestBranch(branches: readonly Issue[][], input: unknown): Issue[] | undefined {
  const [best, second] = branches
    .map((issues) => ({ issues, misfit: misfit(issues, input) }))
    .filter(({ misfit }) => Number.isFinite(misfit))
    .sort((a, b) => a.misfit - b.misfit);
  return best?.misfit === second?.misfit ? undefined : best?.issues;
}

/** How badly an input's keys fit a member of a union: one for each that is missing or unknown. */
function misfit(issues: readonly Issue[], input: unknown): number {
  return issues
    .map((issue) => {
      if (issue.path.length > 1) return 0;
      if (issue.path.length === 1) return valueAt(input, issue.path) === undefined ? 1 : 0;
      if (issue.code === 'unrecognized_keys') return issue.keys.length;
      return issue.code === 'invalid_type' || issue.code === 'invalid_value' ? Infinity : 0;
    })
    .reduce((sum, part) => sum + part, 0);
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (at, key) => (at as Record<PropertyKey, unknown> | null | undefined)?.[key],
    value,
  );
}

/** Under these a secret may stand: what is there is named by its type alone. */
const discreet: ReadonlySet<PropertyKey> = new Set(['headers', 'auth', 'tls', 'body', 'env']);

function valueText(value: unknown, path: readonly PropertyKey[]): string {
  if (value === undefined || value === null) return 'nothing';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : `a list of ${value.length}`;
  if (typeof value === 'object') {
    const keys = Object.keys(value).join(', ');
    return keys === '' ? 'an empty mapping' : `a mapping with ${cut(keys)}`;
  }
  const isDiscreet = path.some((segment) => discreet.has(segment));
  if (typeof value === 'string') return isDiscreet ? 'text' : quoted(value);
  if (isDiscreet) return `a ${typeof value}`;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : `a ${typeof value}`;
}
