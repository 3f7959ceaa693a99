import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { rolloutJsonSchema } from '../../src/spec/json-schema.ts';
import { soundSpec } from './sound-specs.ts';

const file = new URL('../../schema/rollout.schema.json', import.meta.url);
const committed = JSON.parse(readFileSync(file, 'utf8')) as z.core.JSONSchema.JSONSchema;

test('the committed JSON Schema is the one of the code (npm run schema writes it)', () => {
  expect(committed).toStrictEqual(rolloutJsonSchema());
});

describe('an editor that reads the JSON Schema', () => {
  const editor = z.fromJSONSchema(committed);

  test('accepts what is sound', () => {
    fc.assert(fc.property(soundSpec, (spec) => editor.safeParse(spec).success));
  });

  test.each([
    ['an unknown key', { servise: 'x' }],
    ['an unknown key of a step', { steps: [{ weigth: 5, bake: '1m' }] }],
    ['a step that is neither bake nor gate', { steps: [{}] }],
    ['a weight above 100', { steps: [{ weight: 101, bake: '1m' }] }],
    ['a duration of years', { every: '2y' }],
    ['a URL of ftp', { target: { type: 'http', url: 'ftp://a/' } }],
    ['an unknown type of target', { target: { type: 'dokcer' } }],
    ['an unknown kind of metric', { metrics: [{ name: 'a', kind: 'counter' }] }],
    ['half a person', { steps: [{ approve: 'all', need: 1.5 }] }],
  ])('marks %s', (_, part) => {
    const sound = {
      service: 'checkout',
      version: '2',
      target: { type: 'http', url: 'http://a/' },
      steps: [{ weight: 5, bake: '1m' }],
    };
    expect(editor.safeParse(sound).success).toBe(true);
    expect(editor.safeParse({ ...sound, ...part }).success).toBe(false);
  });

  test('shows what each key of a spec is for', () => {
    const sections = Object.entries(committed.properties ?? {});
    expect(
      sections.filter(([, section]) => (section as { description?: string }).description === undefined),
    ).toEqual([]);
  });
});
