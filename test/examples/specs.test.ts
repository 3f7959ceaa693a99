import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parseSpec } from '../../src/spec/parse.ts';

const examples = new URL('../../examples/', import.meta.url);

test.each(readdirSync(examples).filter((file) => file.endsWith('.yaml')))('%s is a valid spec', (file) => {
  const { plan } = parseSpec(readFileSync(new URL(file, examples), 'utf8'), file);
  expect(plan.service).toBe('bakery');
});
