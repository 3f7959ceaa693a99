import type { Cells } from '../cells.ts';
import type { Measures } from '../measures.ts';
import type { Signal } from '../observed.ts';
import { rank, type Ranked } from '../ranking.ts';
import { oracles, rules } from '../rules/registry.ts';
import { allRules } from '../settings.ts';
import { effects, type Effect, type EffectName } from '../world/effects.ts';
import type { WorldName } from '../world/worlds.ts';
import { requestCount } from './figures.ts';
import { table } from './table.ts';

/** The rules that are safe everywhere, best first, and where each of the others is not. */
export function rankingTable(cells: Cells, signal: Signal): string[] {
  const { safe, unsafe } = rank(cells, signal);
  const row = (place: string, { rule, requests, unsafe: where, isUnsafeEverywhere }: Ranked): string[] => [
    titleOf(rule),
    place,
    place === '–' ? '–' : requestCount(requests),
    isUnsafeEverywhere ? 'every world' : where.join(', '),
  ];
  return table(
    ['rule', 'place', 'requests exposed', 'not shown to be safe in'],
    [...safe.map((rule, at) => row(`${at + 1}`, rule)), ...unsafe.map((rule) => row('–', rule))],
    [0, 3],
  );
}

/** One figure of each rule in each world; oracles last. */
export function worldTable(
  cells: Cells,
  signal: Signal,
  effect: string,
  figure: (measures: Measures | undefined) => string,
): string[] {
  const inPlay = cells.all.filter((cell) => cell.signal === signal && cell.effect === effect);
  const worlds = [...new Set(inPlay.map(({ world }) => world))];
  return table(
    ['rule', ...worlds],
    rulesIn(inPlay).map((rule) => [
      titleOf(rule),
      ...worlds.map((world) => figure(cells.find({ world, effect, signal, rule }))),
    ]),
  );
}

/** Figures of each rule in one world under one effect; oracles last. */
export function figureTable(
  cells: Cells,
  { world, effect, signal }: { world: WorldName; effect: EffectName; signal: Signal },
  figures: Readonly<Record<string, (measures: Measures) => string>>,
): string[] {
  const inPlay = cells.all.filter(
    (cell) => cell.signal === signal && cell.effect === effect && cell.world === world,
  );
  return table(
    ['rule', ...Object.keys(figures)],
    inPlay.map(({ rule, measures }) => [
      titleOf(rule),
      ...Object.values(figures).map((figure) => figure(measures)),
    ]),
  );
}

/** The harm that a signal shows. */
export function harmIn(signal: Signal): EffectName[] {
  const all = Object.entries(effects) as [EffectName, Effect][];
  return all.filter(([, { isHarm, signals }]) => isHarm && signals.includes(signal)).map(([name]) => name);
}

function rulesIn(inPlay: readonly { rule: string }[]): string[] {
  const names = new Set(inPlay.map(({ rule }) => rule));
  return [...rules, ...oracles].map(({ name }) => name).filter((name) => names.has(name));
}

function titleOf(rule: string): string {
  return allRules.find(({ name }) => name === rule)?.title ?? rule;
}
