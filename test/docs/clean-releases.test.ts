/**
 * Every spec that a page or an example shows promotes clean releases: in the forecast, which runs the same judge, at errors
 * of 0.1%, 0.5% and 1% and at 10, 100 and 1,000 requests a second. One that does not for some of these says in a comment
 * for which traffic it is meant.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { wilson } from '../../bench/judge/wilson.ts';
import { cleanOf } from '../../src/domain/forecast/clean.ts';
import { sorted } from '../../src/domain/forecast/plan.ts';
import { runsOf } from '../../src/domain/forecast/runs.ts';
import { isAllowed } from '../../src/domain/forecast/screening.ts';
import { parseSpec } from '../../src/spec/parse.ts';
import type { Plan } from '../../src/spec/schema.ts';
import { blocksOf } from '../support/page.ts';

const root = new URL('../../', import.meta.url);

/** What a page leaves out of a spec, because it is not what it is about. */
const rest = {
  service: 'bakery',
  version: '14.1.1',
  target: { type: 'http', url: 'http://127.0.0.1:4001/coalmine' },
};

interface Shown {
  at: string;
  text: string;
}

function read(path: string): string {
  return readFileSync(new URL(path, root), 'utf8');
}

const examples: Shown[] = readdirSync(new URL('examples/', root), { recursive: true, encoding: 'utf8' })
  // Those of the cluster are manifests.
  .filter((path) => path.endsWith('.yaml') && !path.startsWith('cluster/'))
  .map((path) => ({ at: `examples/${path}`, text: read(`examples/${path}`) }));
const pages = ['README.md', ...readdirSync(new URL('docs/', root)).map((name) => `docs/${name}`)];
const blocks: Shown[] = pages
  .filter((path) => path.endsWith('.md'))
  .flatMap((path) =>
    blocksOf(read(path))
      // docs/start.md shows a mistake.
      .filter(({ language, note }) => language === 'yaml' && note !== 'mistaken.yaml')
      .map(({ line, text }) => ({ at: `${path}:${String(line)}`, text })),
  );
/** A piece without steps promises nothing. */
const specs = [...examples, ...blocks].filter(({ text }) => 'steps' in (parse(text) as object));

const meaning = /# Meant for ([\d,]+) requests\/s and more(?:, and errors from ([\d.]+)%)?/;

/** From how many requests a second, and from which share of errors on, a spec is meant. */
function meantFor(text: string): { rps: number; rate: number } {
  const [, rps = '0', rate = '0'] = meaning.exec(text) ?? [];
  return { rps: Number(rps.replace(',', '')), rate: Number(rate) / 100 };
}

const runs = 200;

function promoted(plan: Plan, rps: number, rate: number): number {
  const names = plan.metrics.filter(({ kind }) => kind === 'rate').map(({ name }) => name);
  const usual = { rps, rates: Object.fromEntries(names.map((name) => [name, rate])), means: {} };
  const { simulated: metrics } = sorted(plan, usual);
  const scenario = { plan, metrics, usual, harm: null, seed: 1, series: 0 };
  return Math.round(cleanOf(plan, runsOf(scenario, runs)).promoted * runs);
}

test('there are such specs', () => {
  expect(examples.length).toBeGreaterThan(10);
  expect(specs.length).toBeGreaterThan(examples.length);
});

describe.each(specs)('$at', ({ text }) => {
  const { plan } = parseSpec(stringify({ ...rest, ...(parse(text) as object) }), 'shown.yaml');
  const meant = meantFor(text);
  test('promotes 99% of clean releases', () => {
    const lost: string[] = [];
    for (const rps of [10, 100, 1_000]) {
      for (const rate of [0.001, 0.005, 0.01]) {
        if (rps < meant.rps || rate < meant.rate || !isAllowed(plan.metrics, rate)) continue;
        const count = promoted(plan, rps, rate);
        if (wilson(count, runs).high < 0.99)
          lost.push(`${rps}/s, ${rate * 100}%: ${count} of ${runs} promoted`);
      }
    }
    expect(lost).toEqual([]);
  });
});
