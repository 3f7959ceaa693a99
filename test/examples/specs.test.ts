import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parseSpec } from '../../src/spec/parse.ts';

const examples = new URL('../../examples/', import.meta.url);
const specs = ['.', 'metrics', 'load'].flatMap((directory) =>
  readdirSync(new URL(`${directory}/`, examples))
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => `${directory}/${file}`),
);

test.each(specs)('%s is a valid spec', (file) => {
  const { plan } = parseSpec(readFileSync(new URL(file, examples), 'utf8'), file);
  expect(plan.metrics.length).toBeGreaterThan(0);
});

test('what docs/load.md shows is valid', () => {
  const page = readFileSync(new URL('../docs/load.md', examples), 'utf8');
  const loads = Array.from(page.matchAll(/```yaml\n(load:\n.*?)```/gs), ([, load]) => load);
  expect(loads).toHaveLength(2);
  for (const load of loads) {
    const spec = readFileSync(new URL('load/wrk.yaml', examples), 'utf8');
    const { plan } = parseSpec(spec.replace(/^load:\n( .*\n)+/m, load ?? ''), 'docs/load.md');
    expect(plan.load).toMatchObject({ type: 'command', rate: 50, duration: 120_000 });
  }
});
