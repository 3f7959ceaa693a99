import type { Random } from '../../../src/domain/random.ts';
import type { Comparison } from '../../../src/judge/compared/comparing.ts';
import type { ComparedEvidence } from '../../../src/judge/compared/evidence.ts';
import type { Criterion } from '../../../src/judge/criteria.ts';
import type { JudgeState } from '../../../src/judge/state.ts';
import { judge, type JudgePlan, type Judgement } from '../../../src/judge/judge.ts';
import type { Reading, Tick } from '../../../src/judge/samples.ts';
import { presets } from '../../../src/spec/judges.ts';

/** A tick, in milliseconds. */
export const every = 15_000;
export const minute = 60_000 / every;
export const hour = 60 * minute;

/** Of a canary at 5% of a hundred requests a second, each tick. */
export const usual = { canary: 75, stable: 1_425 };

export type Arms = readonly [canary: Reading, stable: Reading];
export type Kind = 'rate' | 'latency' | 'gauge';

/** A metric of the name of its kind, by the default's margins. */
export function held(
  kind: Kind,
  comparison: Partial<Comparison> = {},
  more: Partial<Criterion> = {},
): Criterion {
  const { failAbove, passBelow } = presets.default;
  return {
    name: kind,
    kind,
    gating: true,
    minSample: 20,
    comparison: { failAbove, passBelow, ...comparison },
    ...more,
  };
}

/** Ticks one after the other, the first of them at `first` from the beginning. */
export function ticksOf(count: number, readings: (at: number) => Record<string, Arms>, first = 0): Tick[] {
  return Array.from({ length: count }, (_, index) => {
    const at = first + index;
    const metrics = Object.entries(readings(at)).map(([name, [canary, stable]]) => [
      name,
      { canary, stable },
    ]);
    return {
      window: { from: at * every, to: (at + 1) * every },
      metrics: Object.fromEntries(metrics) as Tick['metrics'],
    };
  });
}

/** Judges one metric by these ticks. */
export function judged(
  criterion: Criterion,
  count: number,
  arms: (at: number) => Arms,
  { state = {}, first = 0, plan }: { state?: JudgeState; first?: number; plan?: JudgePlan } = {},
): Judgement {
  return judge(
    [criterion],
    state,
    ticksOf(count, (at) => ({ [criterion.name]: arms(at) }), first),
    plan,
  );
}

/** What is carried of a metric, by its name. */
export function evidenceOf(state: JudgeState, name: string): ComparedEvidence {
  const evidence = state[name];
  if (evidence === undefined || !('compared' in evidence)) throw new Error(`${name} is not compared`);
  return evidence;
}

export function throughJson(state: JudgeState): JudgeState {
  return JSON.parse(JSON.stringify(state)) as JudgeState;
}

/** Independent errors of either arm: stable's by `rate`, the canary's `ratio` times that. */
export function errors(
  random: Random,
  { ratio = 1, rate = 0.005, requests = usual }: { ratio?: number; rate?: number; requests?: typeof usual },
): Arms {
  const [canary, stable] = [random.poisson(requests.canary), random.poisson(requests.stable)];
  return [
    { events: random.binomial(canary, rate * ratio), total: canary },
    { events: random.binomial(stable, rate), total: stable },
  ];
}

/** In milliseconds; the usual request takes about 50. */
const bounds = [10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000];

/** How long independent requests take, log-normal; the canary's 99th percentile is `slower` times stable's. */
export function latencies(
  random: Random,
  { slower = 1, requests = usual }: { slower?: number; requests?: typeof usual },
): Arms {
  const arm = (mean: number, sd: number): Reading => {
    const below = bounds.map(() => 0);
    const total = random.poisson(mean);
    for (let request = 0; request < total; request += 1) {
      const took = 50 * Math.exp(sd * random.normal());
      const at = bounds.findIndex((bound) => took <= bound);
      for (let bucket = at; at >= 0 && bucket < bounds.length; bucket += 1)
        below[bucket] = (below[bucket] ?? 0) + 1;
    }
    return { bounds, below, total };
  };
  // The 99th percentile lies 2.326 deviations above the median, which stays.
  return [arm(requests.canary, 0.8 + Math.log(slower) / 2.326), arm(requests.stable, 0.8)];
}

/** Independent values of either arm with a standard deviation of 2 a tick, around 10. */
export function values(random: Random, { ratio = 1 }: { ratio?: number }): Arms {
  return [
    { value: 10 * ratio + 2 * random.normal(), n: 1 },
    { value: 10 + 2 * random.normal(), n: 1 },
  ];
}

/** That of {@link values}: of the difference of two means of four. */
export const gaugeNoise = { sd: Math.SQRT2, lasting: 0 };
