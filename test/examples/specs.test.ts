import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parseSpec } from '../../src/spec/parse.ts';

const examples = new URL('../../examples/', import.meta.url);
const specs = ['.', 'metrics'].flatMap((directory) =>
  readdirSync(new URL(`${directory}/`, examples))
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => `${directory}/${file}`),
);

test.each(specs)('%s is a valid spec', (file) => {
  const { plan } = parseSpec(readFileSync(new URL(file, examples), 'utf8'), file);
  expect(plan.metrics.length).toBeGreaterThan(0);
});
