import { oracles, rules } from './rules/registry.ts';
import { keptOf, type Kept, type KeptVerdicts } from './kept.ts';
import type { Simulated } from './world/simulated.ts';
import type { RuleOf } from './rules/rule.ts';
import { effects, type EffectName } from './world/effects.ts';
import { worlds, type World, type WorldName } from './world/worlds.ts';

/** What is run. */
export interface Settings {
  seed: number;
  /** Runs of each world without an effect; half as many of each effect. */
  runs: number;
  worlds: readonly WorldName[];
  /** Of those that mean something in a world. */
  effects: readonly EffectName[];
  /** Names of rules and oracles. */
  rules: readonly string[];
}

/** Verdicts that are there already, and the rules that are asked again all the same. */
export interface Earlier {
  kept: Kept;
  again: readonly string[];
}

/** Some runs of one world and effect, judged by all rules. */
export interface Job {
  seed: number;
  world: WorldName;
  effect: EffectName;
  from: number;
  /** Not included. */
  to: number;
  rules: readonly string[];
  /** Not asked again: what these rules said of the runs earlier. */
  kept: readonly KeptVerdicts[];
}

export const fullRuns = 250;
export const quickRuns = 10;
const runsPerJob = 5;

export const worldNames = Object.keys(worlds) as WorldName[];
export const effectNames = Object.keys(effects) as EffectName[];
export const allRules: readonly RuleOf<Simulated>[] = [...rules, ...oracles];

/** A day without harm, to see whether a rule stays quiet; half a day with it. */
export function hoursOf(effect: EffectName): number {
  return effect === 'none' ? 24 : 12;
}

/** The effects that mean something in a world. */
function effectsIn(name: WorldName, asked: readonly EffectName[]): EffectName[] {
  const { without }: World = worlds[name];
  return asked.filter((effect) => !without.includes(effect));
}

/** All jobs, those of each world and effect spread over the whole, so that the time left can be told from those done. */
export function jobsOf(settings: Settings, earlier: Earlier = { kept: new Map(), again: [] }): Job[] {
  const { seed, rules: names } = settings;
  const jobs = settings.worlds.flatMap((world) =>
    effectsIn(world, settings.effects).flatMap((effect) => {
      const runs = runsOf(settings, effect);
      return Array.from({ length: Math.ceil(runs / runsPerJob) }, (_, at): Job => {
        const from = at * runsPerJob;
        const some = { world, effect, from, to: Math.min(runs, from + runsPerJob) };
        return { seed, ...some, rules: names, kept: keptFor(some, names, earlier) };
      });
    }),
  );
  const progress = ({ from, effect }: Job): number => from / runsOf(settings, effect);
  return jobs.toSorted((a, b) => progress(a) - progress(b));
}

function keptFor(
  some: Pick<Job, 'world' | 'effect' | 'from' | 'to'>,
  names: readonly string[],
  { kept, again }: Earlier,
): KeptVerdicts[] {
  const places = allRules
    .filter(({ name }) => names.includes(name) && !again.includes(name))
    .flatMap(({ name, signals }) => signals.map((signal) => ({ rule: name, signal })));
  return keptOf(kept, some, places);
}

export function runsOf({ runs }: Settings, effect: EffectName): number {
  return effect === 'none' ? runs : Math.ceil(runs / 2);
}
