import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { exitCodeMeanings } from '../../src/cli/exit-codes.ts';
import { outcomes, phases } from '../../src/domain/rollout.ts';
import { variables } from '../../src/variables.ts';
import { verbs } from '../../workflows/messages.ts';

const root = new URL('../../', import.meta.url);

function page(path: string): string {
  return readFileSync(new URL(path, root), 'utf8');
}

/** The names in backticks in the glossary's line on a word. */
function glossary(word: string): string[] {
  const line = page('docs/glossary.md')
    .split('\n')
    .find((line) => line.startsWith(`| ${word} `));
  return [...(line ?? '').matchAll(/`([^`]+)`/g)].map(([, name = '']) => name);
}

const workflowCode = readdirSync(new URL('workflows', root))
  .filter((file) => file.endsWith('.ts'))
  .map((file) => page(`workflows/${file}`))
  .join('\n');

test('the glossary lists the phases, outcomes and messages that exist, and no others', () => {
  expect(glossary('phase')).toEqual([...phases]);
  expect(glossary('outcome')).toEqual([...outcomes]);
  expect(glossary('message')).toEqual([...verbs]);
});

test.each([...phases, ...outcomes])('the workflow can produce the word %s', (word) => {
  const outsideOfTypes = workflowCode.replace(/^(export )?(type|const pausable)\b[^;]*;/gm, '');
  expect(outsideOfTypes).toContain(`'${word}'`);
});

test('docs/cli.md lists every exit code, and no other', () => {
  const table = page('docs/cli.md').split('## Exit codes')[1] ?? '';
  const codes = [...table.matchAll(/^\| (\d+) /gm)].map(([, code]) => Number(code));
  expect(codes).toEqual(Object.keys(exitCodeMeanings).map(Number));
});

test('docs/temporal.md and docs/cli.md name every message', () => {
  for (const verb of verbs) {
    expect(page('docs/cli.md')).toMatch(new RegExp(`\\b${verb}\\b`));
    expect(page('docs/temporal.md')).toMatch(new RegExp(`\\b${verb}\\b`));
  }
});

test('every COALMINE_ variable that a page names exists', () => {
  const pages = readdirSync(new URL('docs', root)).filter((file) => file.endsWith('.md'));
  const named = [...pages.map((file) => `docs/${file}`), 'README.md', '.env.example', 'docker-compose.yml']
    .flatMap((path) => [...page(path).matchAll(/\bCOALMINE_[A-Z_]*[A-Z]\b(?!_?…)/g)])
    .map(([name]) => name);
  expect([...new Set(named)].filter((name) => !(name in variables))).toEqual([]);
});
