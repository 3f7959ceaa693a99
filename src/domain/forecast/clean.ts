import type { VerdictKind } from '../../judge/verdict.ts';
import { bakes, type ForecastPlan } from './plan.ts';
import type { Run, StepRun } from './simulate.ts';
import { endsOf, share, spread, type Ends, type Spread } from './spread.ts';

/** Of a canary that is as good as stable; times in milliseconds, shares of one. */
export interface CleanForecast extends Ends {
  runs: number;
  /** Until a rollout is promoted, and how many of its requests go to the canary. */
  time: Spread;
  requests: Spread;
  /** Of the load against the canary alone; null where nothing is known of it. */
  test: TestForecast | null;
  steps: StepForecast[];
  /** The share of rollouts that a metric takes back, by the metrics that take any back. */
  failed: Record<string, number>;
}

/** Shares of all rollouts. */
export interface TestForecast {
  /** That it sends. */
  requests: number;
  passed: number;
  takenBack: number;
}

export interface StepForecast {
  /** Its place among all steps, from 0. */
  at: number;
  /** The share of rollouts that get there; the following are shares of these. */
  reached: number;
  passed: number;
  /** They go on at the end of the bake without a pass. */
  bakeOver: number;
  takenBack: number;
  held: number;
  /** Held or taken back for want of a signal. */
  silent: number;
  /** Until a rollout goes on, and how many of the step's requests go to the canary. */
  time: Spread;
  requests: Spread;
}

export function cleanOf(plan: ForecastPlan, runs: readonly Run[]): CleanForecast {
  const failedIn = ({ steps, test }: Run): string[] => [
    ...(test?.failed ?? []),
    ...steps.flatMap(({ failed }) => failed),
  ];
  const names = new Set(runs.flatMap(failedIn));
  const promoted = ({ end }: Run): boolean => end === 'promoted';
  return {
    runs: runs.length,
    ...endsOf(runs),
    time: spread(runs, promoted, ({ time }) => time),
    requests: spread(runs, promoted, ({ requests }) => requests),
    test: testOf(runs),
    steps: bakes(plan).map(({ at }) => stepOf(at, runs)),
    failed: Object.fromEntries(
      [...names].map((name) => [name, share(runs, (run) => failedIn(run).includes(name))]),
    ),
  };
}

function testOf(runs: readonly Run[]): TestForecast | null {
  const test = runs[0]?.test ?? null;
  if (test === null) return null;
  const ended = (verdict: VerdictKind): number => share(runs, (run) => run.test?.verdict === verdict);
  return { requests: test.requests, passed: ended('pass'), takenBack: ended('fail') };
}

function stepOf(at: number, runs: readonly Run[]): StepForecast {
  const here = runs.flatMap(({ steps }) => steps.filter((step) => step.at === at));
  const goesOn = ({ ended }: StepRun): boolean => ended === 'passed' || ended === 'bake-over';
  return {
    at,
    reached: runs.length === 0 ? 0 : here.length / runs.length,
    passed: share(here, ({ ended }) => ended === 'passed'),
    bakeOver: share(here, ({ ended }) => ended === 'bake-over'),
    takenBack: share(here, ({ ended }) => ended === 'taken-back'),
    held: share(here, ({ ended }) => ended === 'held'),
    silent: share(here, (run) => !goesOn(run) && run.verdict === 'no-signal'),
    time: spread(here, goesOn, ({ time }) => time),
    requests: spread(here, goesOn, ({ requests }) => requests),
  };
}

/** A plan that promotes fewer clean rollouts than this share without a person is hopeless. */
const hopeful = 0.5;

export function isHopeless({ promoted }: CleanForecast): boolean {
  return promoted < hopeful;
}

/** More clean rollouts than this share that one metric takes back are worth a word. */
const alarming = 0.05;

export function raisesFalseAlarms({ failed }: CleanForecast): boolean {
  return Math.max(0, ...Object.values(failed)) > alarming;
}

/** Where most of the rollouts that are not promoted end; undefined if all are, or nothing bakes. */
export function worstStep({ steps }: CleanForecast): StepForecast | undefined {
  const lost = ({ reached, held, takenBack }: StepForecast): number => reached * (held + takenBack);
  return steps.filter((step) => lost(step) > 0).sort((a, b) => lost(b) - lost(a))[0];
}
