import { count, number, percent, perSecond } from '../../text/number.ts';
import { shortfallsOf, shortTests, type Shortfall, type ShortTest } from '../../domain/forecast/screening.ts';
import { shellWord } from '../../text/shell-word.ts';
import type { Plan } from '../../spec/schema.ts';
import type { Canvas } from './canvas.ts';
import { wholePercent } from './forecast-tables.ts';
import { warningLines } from './warnings.ts';

/** What a plan would do to clean releases, as far as that can be told of a service of which nothing is known. */
export function screeningLines(plan: Plan, file: string, canvas: Canvas): string[] {
  const shortfalls = shortfallsOf(plan);
  const warnings = [...shortTests(plan).map(testText), ...shortfalls.map(shortfallText)];
  if (warnings.length === 0) return [];
  const lines = warningLines(warnings, canvas);
  const [first] = shortfalls;
  return [...lines, ...(first === undefined ? [] : [`With your own figures: ${command(file, first)}`]), ''];
}

function shortfallText({ rps, rate, held, takenBack }: Shortfall): string {
  const lost = wholePercent(held + takenBack);
  const ends = held === 0 ? 'taken back' : takenBack === 0 ? 'held' : 'held or taken back';
  return `at ${perSecond(rps)}, ${lost} of clean releases with ${percent(rate)} errors would be ${ends}.`;
}

function testText({ metric, requests, needed }: ShortTest): string {
  return `the test sends ${count(requests, 'request')}. It takes ${number(needed)} good ones to show that ${metric} keeps its limit; a shorter test only catches much worse versions.`;
}

function command(file: string, { rps, rate }: Shortfall): string {
  return `coalmine forecast ${shellWord(file)} --rps ${String(rps)} --error-rate ${String(rate * 100)}%`;
}
