import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { noticeEvents } from '../../src/domain/notice.ts';
import { outcomes, phases, type StepRecord } from '../../src/domain/rollout.ts';
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

const workflowCode = readdirSync(new URL('workflows', root), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => page(`workflows/${file}`))
  .join('\n');

test('the glossary lists the phases, outcomes and messages that exist, and no others', () => {
  expect(glossary('phase')).toEqual([...phases]);
  expect(glossary('outcome')).toEqual([...outcomes]);
  expect(glossary('message')).toEqual([...verbs]);
});

/** What an `ended` step says of itself; exhaustive, or it does not compile. */
const stepEndings: Record<StepRecord['ended'], true> = {
  advanced: true,
  promoted: true,
  skipped: true,
  'taken-back': true,
};

const words = [...phases, ...outcomes, ...noticeEvents, ...Object.keys(stepEndings)];

test.each([...new Set(words)])('the workflow can produce the word %s', (word) => {
  const outsideOfTypes = workflowCode.replace(/^(export )?(type|const pausable)\b[^;]*;/gm, '');
  expect(outsideOfTypes).toContain(`'${word}'`);
});

test('every COALMINE_ variable that a page names exists', () => {
  const pages = readdirSync(new URL('docs', root)).filter((file) => file.endsWith('.md'));
  const named = [...pages.map((file) => `docs/${file}`), 'README.md', '.env.example', 'docker-compose.yml']
    .flatMap((path) => [...page(path).matchAll(/\bCOALMINE_[A-Z_]*[A-Z]\b(?!_?…)/g)])
    .map(([name]) => name);
  expect([...new Set(named)].filter((name) => !(name in variables))).toEqual([]);
});

test('every COALMINE_ variable of the table in docs/configuration.md is read', () => {
  const config = page('src/config.ts');
  const own = Object.keys(variables).filter((name) => name.startsWith('COALMINE_'));
  expect(own.filter((name) => !config.includes(name))).toEqual([]);
});
