import { z } from 'zod';
import { nearest } from '../nearest.ts';

/**
 * A mapping of a canary configuration. Kayenta ignores keys that it does not know, and so does this, with two exceptions:
 * a mistyped key, and one that has a meaning elsewhere in the configuration.
 *
 * @param shape the keys that are known
 * @param misplaced what is expected of keys that belong elsewhere
 */
export function mapping<Shape extends z.ZodRawShape>(
  shape: Shape,
  misplaced: Readonly<Record<string, string>> = {},
) {
  const known = Object.keys(shape);
  return z.looseObject(shape).superRefine(
    (value, context) => {
      for (const key of Object.keys(value)) {
        if (Object.hasOwn(shape, key)) continue;
        const elsewhere = Object.hasOwn(misplaced, key) ? misplaced[key] : undefined;
        if (elsewhere !== undefined) {
          const params = { found: 'a setting that Kayenta does not read here' };
          context.addIssue({ code: 'custom', path: [key], message: elsewhere, params });
        } else if (nearest(key, known) !== undefined) {
          context.addIssue({ code: 'unrecognized_keys', keys: [key], message: known.join(', ') });
        }
      }
    },
    { when: ({ value }) => isMapping(value) },
  );
}

export function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
