import type { z } from 'zod';
import { expectedText } from '../expected.ts';
import { findings } from '../findings.ts';
import { cut, pathText, SpecError } from '../problem.ts';
import { readText } from '../text.ts';

/**
 * Reads JSON and checks it by a schema.
 *
 * @param file what the text is called in messages
 * @throws {SpecError} that lists every problem, with its line where the text is JSON
 */
export function parseJson<T>(schema: z.ZodType<T>, text: string, file: string): { read: T; raw: unknown } {
  const raw = jsonOf(text, file);
  const { data, error } = schema.safeParse(raw, { error: expectedText });
  if (error === undefined) return { read: data, raw };
  const { locate } = readText(text, file);
  const problems = findings(error.issues, raw).map(({ path, isKey, found, expected }) => ({
    path: pathText(path),
    ...locate(path, isKey),
    found,
    expected,
  }));
  throw new SpecError(problems, file);
}

function jsonOf(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const found = `no JSON (${cut(String(error), 120)})`;
    throw new SpecError([{ path: '', found, expected: 'a JSON document' }], file);
  }
}
