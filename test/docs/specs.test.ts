/** Every piece of a spec that a page shows is one that the schema takes. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { parseSpec, SpecError } from '../../src/spec/parse.ts';
import { blocksOf } from '../support/page.ts';

const root = new URL('../../', import.meta.url);

function read(path: string): string {
  return readFileSync(new URL(path, root), 'utf8');
}

/** What a page leaves out of a piece, because it is not what the piece is about. */
const rest = {
  service: 'bakery',
  version: '14.1.1',
  target: { type: 'http', url: 'http://127.0.0.1:4001/coalmine' },
  metrics: [
    {
      name: 'errors',
      kind: 'rate',
      source: {
        ...{ type: 'http', url: 'http://127.0.0.1:4001/stats?track=$track' },
        ...{ events: '$.errors', total: '$.requests' },
      },
    },
  ],
  steps: [{ weight: 10, bake: '10m' }],
};

interface Piece {
  at: string;
  text: string;
}

const pages = [...readdirSync(new URL('docs/', root)).map((name) => `docs/${name}`), 'README.md'];
const pieces: Piece[] = pages
  .filter((path) => path.endsWith('.md'))
  .flatMap((path) =>
    blocksOf(read(path))
      // docs/start.md shows a mistake, and a test of its own what comes of it; values of the chart are no spec.
      .filter(({ language, note }) => language === 'yaml' && !['mistaken.yaml', 'values.yaml'].includes(note))
      .map(({ line, text }) => ({ at: `${path}:${String(line)}`, text })),
  );

test('there are such pieces', () => {
  expect(pieces.length).toBeGreaterThan(10);
});

test.each(pieces)('$at', ({ text }) => {
  const shown = parse(text) as Record<string, unknown>;
  // A part of a metric, shown alone.
  const spec =
    'noise' in shown
      ? { ...rest, metrics: rest.metrics.map((metric) => ({ ...metric, ...shown })) }
      : { ...rest, ...shown };
  expect(problemsOf(stringify(spec))).toEqual([]);
});

function problemsOf(text: string): string[] {
  try {
    parseSpec(text, 'piece.yaml');
    return [];
  } catch (error) {
    if (!(error instanceof SpecError)) throw error;
    return error.problems.map(({ path, found, expected }) => `${path}: found ${found}, expected ${expected}`);
  }
}

/** Words that look like a key of a spec with its value, and are members of something else. */
const ofOthers = new Set([
  'verified',
  'handled',
  'kind',
  'failed',
  'warns',
  'podTargetLabels',
  'imagePullPolicy',
  'automountServiceAccountToken',
  'Authorization',
  'workload',
]);

test('every key of a spec that a page names with its value is one of the schema', () => {
  const schema = read('schema/rollout.schema.json');
  const named = pages
    .filter((path) => path.endsWith('.md') && !path.includes('architecture'))
    .flatMap((path) => [...read(path).matchAll(/`([A-Za-z]+: [^`\n]+)`/g)])
    .flatMap(([, text = '']) => [...text.matchAll(/\b([A-Za-z]+): /g)].map(([, key = '']) => key));
  expect(named.length).toBeGreaterThan(20);
  const unknown = named.filter((key) => !ofOthers.has(key) && !schema.includes(`"${key}": {`));
  expect(unknown).toEqual([]);
});
