import { rules } from '../judge/rules/registry.ts';
import type { Trace } from './form.ts';
import { harms, signalsOf, type HarmName } from './harms.ts';

/** How a trace is split, and what the judge is told. */
export interface Setting {
  title: string;
  /** What is assigned to canary or stable as a whole. */
  split: 'request' | 'user' | 'copy';
  /** What shares itself out over the copies whose past is calibrated from. */
  copies: 'request' | 'user' | 'copy';
  /** What counts: each request, or each user once a day. */
  counts: 'request' | 'user';
  /** The dispersion of users is given, as a log of the past shows it, in the place of a calibration. */
  dispersion?: true;
  /** So many other copies stand beside the canary, and the past is theirs alone; absent: all, the canary's own included. */
  beside?: number;
  /** Every rule, or those of ours alone: the others see no difference. */
  rules: 'all' | 'ours';
  harms: 'all' | 'some';
}

const byUser = { split: 'user', copies: 'request', counts: 'request', harms: 'some' } as const;

export const settings = {
  request: {
    title: 'split request by request',
    split: 'request',
    copies: 'request',
    counts: 'request',
    rules: 'all',
    harms: 'all',
  },
  user: { ...byUser, title: 'split by user', rules: 'all', harms: 'all' },
  'user-copies': {
    ...byUser,
    title: 'split by user, copies have users of their own',
    copies: 'user',
    rules: 'ours',
  },
  'user-dispersion': {
    ...byUser,
    title: "split by user, the users' dispersion given",
    dispersion: true,
    rules: 'ours',
  },
  'user-counted': {
    ...byUser,
    title: 'split by user, each user counts once a day, and once more with an event',
    counts: 'user',
    rules: 'all',
  },
  copy: {
    title: 'a copy as the canary',
    split: 'copy',
    copies: 'copy',
    counts: 'request',
    rules: 'all',
    harms: 'all',
  },
  'few-copies': {
    title: 'a copy as the canary beside five others, whose past alone is known',
    split: 'copy',
    copies: 'copy',
    counts: 'request',
    beside: 5,
    rules: 'ours',
    harms: 'all',
  },
} as const satisfies Record<string, Setting>;

export type SettingName = keyof typeof settings;

const someHarms: readonly HarmName[] = ['none', 'errors-2', 'errors-3', 'latency-2'];
export const ourRules: readonly string[] = ['default', 'fast'];

/** What is run. */
export interface Asked {
  seed: number;
  /** Runs without harm of each trace and setting; half as many of each harm. */
  runs: number;
  /** Of one run; null: 24, or a third of the trace if that is less. */
  hours: number | null;
  /** The canary's part of the traffic, of one. */
  weight: number;
  rules: readonly string[];
}

/** Which of all it is narrowed down to. */
export interface Only {
  settings: readonly SettingName[];
  harms: readonly HarmName[];
}

/** Some runs of one trace, setting and harm. */
export interface Job extends Omit<Asked, 'runs'> {
  /** The trace and the setting: `nasa user`. */
  world: string;
  path: string;
  setting: SettingName;
  effect: HarmName;
  from: number;
  /** Not included. */
  to: number;
}

export const fullRuns = 200;
export const quickRuns = 10;
const runsPerJob = 5;

/** All jobs, so that those done first are a bit of everything: a benchmark that is cut short is a smaller one. */
export function jobsOf(asked: Asked, traces: ReadonlyMap<string, Trace>, only: Only = everything): Job[] {
  const { runs, ...rest } = asked;
  const jobs = [...traces].flatMap(([path, trace]) =>
    settingsFor(trace)
      .filter((name) => only.settings.includes(name))
      .flatMap((name) => {
        const setting: Setting = settings[name];
        const known = asked.rules.filter((rule) => setting.rules === 'all' || ourRules.includes(rule));
        return harmsFor(trace, setting)
          .filter((effect) => only.harms.includes(effect))
          .flatMap((effect) => {
            const all = effect === 'none' ? runs : Math.ceil(runs / 2);
            return Array.from({ length: Math.ceil(all / runsPerJob) }, (_, at) => ({
              ...rest,
              rules: known,
              world: worldOf(trace.name, name),
              path,
              setting: name,
              effect,
              from: at * runsPerJob,
              to: Math.min(all, (at + 1) * runsPerJob),
            }));
          });
      }),
  );
  return jobs.toSorted((a, b) => a.from - b.from);
}

export function worldOf(trace: string, setting: SettingName): string {
  return `${trace} ${setting}`;
}

/** A gauge is of a copy, a user of a request. */
export function settingsFor(trace: Trace): SettingName[] {
  const isOfRequests = trace.bad !== null || trace.milliseconds !== null;
  return (Object.keys(settings) as SettingName[]).filter((name) => {
    const { split, counts, dispersion, beside = 2 }: Setting = settings[name];
    if (split === 'copy') return trace.copy !== null && trace.copy.all.length > beside;
    if (!isOfRequests || (split === 'user' && trace.user === null)) return false;
    return (counts === 'request' && dispersion === undefined) || trace.bad !== null;
  });
}

function harmsFor(trace: Trace, { harms: which }: Setting): HarmName[] {
  const all = (Object.keys(harms) as HarmName[]).filter((name) => signalsOf(trace, name).length > 0);
  return all.filter((name) => which === 'all' || someHarms.includes(name));
}

export const everything = {
  settings: Object.keys(settings) as SettingName[],
  harms: Object.keys(harms) as HarmName[],
} satisfies Only;

export const ruleNames = rules.map(({ name }) => name);
