/** docs/limits.md beside the code: every bound is listed, with its number. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { answerLimits, targetLimits } from '../../activities/answer-limits.ts';
import { mostOfAReason } from '../../src/judge/sentences.ts';
import * as size from '../../src/domain/size.ts';
import { longestKept } from '../../src/text/kept-text.ts';
import { specLimits } from '../../src/spec/limits.ts';
import { rolloutJsonSchema } from '../../src/spec/json-schema.ts';

const page = readFileSync(new URL('../../docs/limits.md', import.meta.url), 'utf8');

/** The numbers in the second column of the table below a heading. */
function numbers(heading: string): number[] {
  const below = page.split(`\n## ${heading}\n`)[1] ?? '';
  const [, , ...rows] = (/^\|.*(\n\|.*)*/m.exec(below)?.[0] ?? '').split('\n');
  return rows.map((row) => {
    const cell = row.split('|')[2] ?? '';
    const unit = cell.includes('MiB') ? 1024 * 1024 : cell.includes('KiB') ? 1024 : 1;
    return Number.parseInt(cell.replaceAll(',', ''), 10) * unit;
  });
}

test('the spec', () => {
  expect(numbers('The spec')).toEqual(Object.values(specLimits));
  const { properties } = rolloutJsonSchema() as { properties: Record<string, { maxItems?: number }> };
  const listed = /^`metrics` takes .*/m.exec(page)?.[0];
  expect(listed).toBeDefined();
  for (const [section, most] of [...(listed?.matchAll(/`(\w+)`\D* (\d+)/g) ?? [])].map(
    ([, ...found]) => found,
  ))
    expect(properties[section ?? '']?.maxItems, section).toBe(Number(most));
});

test('answers of metrics sources', () => {
  expect(numbers('Answers of metrics sources')).toEqual(Object.values(answerLimits));
});

test('answers of targets and splitters', () => {
  expect(numbers('Answers of targets and splitters')).toEqual(Object.values(targetLimits));
});

test('what a rollout keeps', () => {
  expect(numbers('What a rollout keeps')).toEqual([
    longestKept,
    size.longestReceipt,
    mostOfAReason,
    size.mostRemembered,
    size.mostMessages,
    size.mostReceipts,
    size.mostNotices,
    size.mostEvidence,
    size.mostTicks,
    size.mostCursors,
    size.mostSpecAndPlan,
    size.mostCarried,
  ]);
});
