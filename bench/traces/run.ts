import { randomOf } from '../../src/domain/random.ts';
import type { MetricNoise } from '../../src/judge/compared/comparing.ts';
import { every, type Arm, type Observed, type Signal } from '../judge/observed.ts';
import { calibrationOf, type Copies } from './calibration.ts';
import { eachRequest, eachUser, type Counting } from './counting.ts';
import { placeOf } from '../place-of.ts';
import { fewCopiesOf } from './few-copies.ts';
import type { Trace } from './form.ts';
import { Growth, held, meanOf } from './growth.ts';
import { failingEndpoint, failingShare, harms, signalsOf, type Harm, type HarmName } from './harms.ts';
import type { Setting } from './settings.ts';
import { spanOf, type Span } from './span.ts';
import { drawn, splittingOf, type Splitting } from './splitting.ts';
import { userDispersion } from './user-dispersion.ts';

/** Which run it is: the same key gives the same run. */
export interface RunKey {
  seed: number;
  setting: Setting;
  effect: HarmName;
  run: number;
  hours: number;
  weight: number;
}

/** A stretch of a trace as a rollout would have seen it. */
export interface TraceRun {
  observed: Observed;
  /** The first tick with harm; 0 where there is none. */
  onset: number;
  /** Of the canary, tick by tick: those that were exposed to it, whatever counts. */
  requests: Float64Array;
}

/** A gauge's reading is held as long as Prometheus holds one, in ticks. */
const staleness = 300 / every;

export async function traceRun(whole: Trace, key: RunKey): Promise<TraceRun> {
  const { seed, setting, effect, run, hours, weight } = key;
  const span = spanOf(whole, run, hours);
  // Not the harm's name: harmed and healthy canaries are the same canaries.
  const name = `${seed}/${whole.name}/${setting.split}/${run}`;
  const { beside } = setting;
  const trace = beside === undefined ? whole : fewCopiesOf(whole, beside, run, randomOf(`${name}/few`));
  const splitting = splittingOf(trace, setting, { key: name, run, weight });
  const counting = countingOf(trace, setting);
  const past = pastOf(trace, span, splitting, counting);
  const { requests, ...arms } = armsOf(
    trace,
    span,
    splitting,
    counting,
    harming(trace, harms[effect], past, span, name),
  );
  const ticks = arms.canary.requests.length;
  const share = setting.split === 'copy' ? partOf(arms.canary, arms.stable, splitting.copies) : weight;
  const read: { [S in Signal]?: MetricNoise | null } = {};
  for (const signal of signalsOf(trace, effect))
    read[signal] =
      setting.dispersion === true
        ? { counts: { dispersion: past.dispersion(), wander: { sd: 0, minutes: 1 } } }
        : await calibrationOf(past.copies, signal, span.from * 1000);
  const { minutes, arms: pods } = past.copies;
  return {
    observed: {
      ticks,
      weight: new Float64Array(ticks).fill(share),
      scraped: new Uint8Array(ticks).fill(1),
      counted: countedOf(setting),
      ...arms,
      history: { minutes, pods, others: new Growth(minutes), copies: pods, read },
    },
    onset: Math.floor(harms[effect].onset * ticks),
    requests,
  };
}

/** What of all requests a copy got; of a gauge alone, its part of the copies. */
function partOf(canary: Arm, stable: Arm, copies: number): number {
  const sum = (series: Float64Array): number => series.reduce((so, one) => so + one, 0);
  const all = sum(canary.requests) + sum(stable.requests);
  const part = all === 0 ? 0 : sum(canary.requests) / all;
  return part > 0 && part < 1 ? part : 1 / copies;
}

function countedOf({ split, counts }: Setting): Observed['counted'] {
  if (counts === 'user') return 'users';
  return split === 'user' ? 'requests of users' : undefined;
}

function countingOf({ user }: Trace, { counts }: Setting): Counting {
  return user === null || counts === 'request' ? eachRequest : eachUser(user);
}

interface Past {
  copies: Copies;
  /** The share of bad requests. */
  rate: number;
  dispersion: () => number;
}

function pastOf(trace: Trace, { past, from }: Span, splitting: Splitting, counting: Counting): Past {
  const first = Math.floor(past / 60);
  const minutes = Math.max(1, Math.floor(from / 60) - first);
  const arms = Array.from({ length: splitting.copies }, () => new Growth(minutes));
  const users = new Map<number, { events: number; requests: number }>();
  const sums = { requests: 0, errors: 0 };
  for (
    let row = placeOf(trace.time, first * 60);
    (trace.time[row] ?? Infinity) < (first + minutes) * 60;
    row += 1
  ) {
    const seconds = trace.time[row] ?? 0;
    const [requests, bad] = [trace.count[row] ?? 0, trace.bad?.[row] ?? 0];
    sums.requests += requests;
    sums.errors += bad * requests;
    const user = users.get(trace.user?.of[row] ?? 0) ?? { events: 0, requests: 0 };
    users.set(trace.user?.of[row] ?? 0, user);
    user.requests += requests;
    user.events += bad * requests;
    const slot = Math.floor(seconds / 60) - first;
    const counted = counting(row, seconds, requests, bad * requests);
    splitting.share(row, requests, (copy, some) => {
      const arm = arms[copy];
      if (arm === undefined) return;
      // What is counted of a user is of one request, which one copy answers.
      const { requests: n, errors } =
        counting === eachRequest ? { requests: some, errors: bad * some } : counted;
      arm.add(slot, n, errors, trace.milliseconds?.[row] ?? null);
      if (trace.value !== null) arm.gauge[slot] = trace.value[row] ?? NaN;
    });
  }
  return {
    copies: { arms, from: first * 60_000, minutes },
    rate: sums.requests === 0 ? 0 : sums.errors / sums.requests,
    dispersion: () => userDispersion(users.values()),
  };
}

/** Makes rows of the canary worse. */
interface Harming {
  isHarmed(seconds: number): boolean;
  /** How many of so many requests are bad. */
  bad(row: number, requests: number, errors: number): number;
  harm: Harm;
}

function harming(trace: Trace, harm: Harm, { rate }: Past, { from, to }: Span, name: string): Harming {
  const random = randomOf(`${name}/harm`);
  const begins = from + harm.onset * (to - from);
  const endpoint = harm.fails === 'endpoint' ? failingEndpoint(trace) : -1;
  const failing = harm.fails === 'users' ? drawn(trace.user, randomOf(`${name}/failing`)) : null;
  const more = Math.min(1, (harm.errors - 1) * rate);
  return {
    harm,
    isHarmed: (seconds) => harm.isHarm && seconds >= begins,
    bad(row, requests, errors) {
      if (endpoint !== -1 && trace.endpoint?.of[row] === endpoint) return requests;
      if (failing !== null && (failing[trace.user?.of[row] ?? 0] ?? 1) < failingShare) return requests;
      return errors + random.binomial(requests - errors, more);
    },
  };
}

function armsOf(
  trace: Trace,
  { from, to }: Span,
  splitting: Splitting,
  counting: Counting,
  { harm, ...harming }: Harming,
): Pick<Observed, 'canary' | 'stable' | 'baseline'> & Pick<TraceRun, 'requests'> {
  const ticks = Math.round((to - from) / every);
  const exposed = new Float64Array(ticks);
  const arm = (): Growth => new Growth(ticks);
  const [canary, stable, baseline] = [arm(), arm(), arm()];
  const levels = { canary: arm().gauge, baseline: arm().gauge, others: new Map<number, Float64Array>() };
  for (let row = placeOf(trace.time, from); (trace.time[row] ?? Infinity) < to; row += 1) {
    const seconds = trace.time[row] ?? 0;
    const slot = Math.min(ticks - 1, Math.floor((seconds - from) / every));
    const parts = splitting.parts(row);
    const isHarm = harming.isHarmed(seconds);
    const own = trace.milliseconds?.[row] ?? null;
    const add = (to: Growth, requests: number, isCanary: boolean): void => {
      if (requests === 0) return;
      const errors = (trace.bad?.[row] ?? 0) * requests;
      const counted = counting(
        row,
        seconds,
        requests,
        isCanary && isHarm ? harming.bad(row, requests, errors) : errors,
      );
      const slower = isCanary && isHarm ? harm.milliseconds : 1;
      to.add(slot, counted.requests, counted.errors, own === null ? null : own * slower);
    };
    exposed[slot] = (exposed[slot] ?? 0) + parts.canary;
    add(canary, parts.canary, true);
    // What the baseline counts of users is counted of stable too, once.
    const before = { requests: stable.requests[slot] ?? 0, errors: stable.errors[slot] ?? 0 };
    add(stable, parts.stable, false);
    if (parts.baseline > 0 && counting === eachRequest) add(baseline, parts.baseline, false);
    else if (parts.baseline > 0)
      baseline.add(
        slot,
        (stable.requests[slot] ?? 0) - before.requests,
        (stable.errors[slot] ?? 0) - before.errors,
        null,
      );
    const value = trace.value?.[row];
    if (value === undefined) continue;
    if (parts.canary > 0) levels.canary[slot] = value * (isHarm ? harm.value : 1);
    if (parts.baseline > 0) levels.baseline[slot] = value;
    if (parts.stable === 0) continue;
    const copy = trace.copy?.of[row] ?? 0;
    const level = levels.others.get(copy) ?? arm().gauge;
    levels.others.set(copy, level);
    level[slot] = value;
  }
  canary.gauge.set(held(levels.canary, staleness));
  baseline.gauge.set(held(levels.baseline, staleness));
  const others = [...levels.others.values()].map((level) => held(level, staleness));
  stable.gauge.set(meanOf(others, ticks));
  return { canary, stable, baseline, requests: exposed };
}
