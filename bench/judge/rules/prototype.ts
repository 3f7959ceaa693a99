import { meanLowerBound } from '../../../src/judge/sequential/mean-difference.ts';
import { harm, nonInferiority } from '../../../src/judge/sequential/rate-ratio.ts';
import { ticksPerMinute, type Observed, type Signal } from '../observed.ts';
import { gaugeNoise, ratioDispersion, slowSeries, tailBounds } from './history-noise.ts';
import { pointsOf } from './minutes.ts';
import { RatioMixture } from './ratio-mixture.ts';
import type { Rule, Verdict } from './rule.ts';

/** Probabilities of a wrong fail and of a wrong pass. */
const alpha = 0.01;
const beta = 0.05;
const passBelow = 1.5;
/** Harm may begin late: half of the evidence starts at once, half in equal parts each half-hour of a day. */
const restartMinutes = 30;
const restarts = 48;
/** Minutes at which the gauge's confidence sequence is narrowest. */
const narrowest = 60;
/** A gauge passes below this, in standard deviations of a pod's minute. */
const gaugePassBelow = 0.5;

/** What differs between the two presets. */
interface Preset {
  /** The ratio of error rates that harm must exceed. */
  failAbove: number;
  /** The same for gauges, in standard deviations of a pod's minute. */
  gaugeFailAbove: number;
}

/**
 * The yardstick for our own judge: Lindon and Malek's mixture of likelihood ratios over a grid of ratios ("Anytime-valid
 * inference for multinomial count data", NeurIPS 2022), divided by a dispersion that the history shows, restarted each
 * half-hour. Latency is the mean evidence over requests slower than each bucket bound, and passes once every bound does;
 * gauges are an asymptotic confidence sequence of the minutes' differences.
 */
function prototype(name: string, title: string, preset: Preset): Rule {
  return {
    name,
    title,
    signals: ['errors', 'latency', 'gauge'],
    judge: (run, signal) => (signal === 'gauge' ? judgeGauge(run, preset) : judgeRates(run, signal, preset)),
  };
}

export const prototypeDefault = prototype('prototype-default', 'prototype, default', {
  failAbove: 1.25,
  gaugeFailAbove: 0.25,
});
export const prototypeFast = prototype('prototype-fast', 'prototype, fast', {
  failAbove: 1,
  gaugeFailAbove: 0,
});

/** One kind of event, and the evidence about it. */
interface Watched {
  canary: Float64Array;
  stable: Float64Array;
  harm: RatioMixture;
  good: RatioMixture;
}

function judgeRates(run: Observed, signal: Exclude<Signal, 'gauge'>, { failAbove }: Preset): Verdict {
  const watched = signal === 'errors' ? [errorsOf(run, failAbove)] : slowOf(run, failAbove);
  let passedAt: number | null = null;
  for (let tick = 0; tick < run.ticks; tick += 1) {
    const [canaryN, stableN] = [run.canary.requests[tick] ?? 0, run.stable.requests[tick] ?? 0];
    const restart = startingMass(tick);
    for (const { canary, stable, harm: fail, good } of watched) {
      const [canaryK, stableK] = [canary[tick] ?? 0, stable[tick] ?? 0];
      fail.add(canaryK, stableK, canaryN / stableN, restart.now, restart.later);
      if (passedAt === null) good.add(canaryK, stableK, canaryN / stableN, tick === 0 ? 1 : 0, 0);
    }
    const evidence = watched.reduce((sum, { harm: fail }) => sum + fail.evidence, 0) / watched.length;
    if (evidence >= 1 / alpha) return { failedAt: tick + 1, passedAt };
    if (watched.length > 0 && watched.every(({ good }) => good.evidence >= 1 / beta)) passedAt ??= tick + 1;
  }
  return { failedAt: null, passedAt };
}

/** What share of the evidence starts in a tick, and what share after it. */
function startingMass(tick: number): { now: number; later: number } {
  const each = restartMinutes * ticksPerMinute;
  const begun = Math.min(restarts, Math.floor(tick / each));
  const later = (0.5 * (restarts - begun)) / restarts;
  if (tick === 0) return { now: 0.5, later };
  return { now: tick % each === 0 && tick / each <= restarts ? 0.5 / restarts : 0, later };
}

function watch(canary: Float64Array, stable: Float64Array, failAbove: number, dispersion: number): Watched {
  return {
    canary,
    stable,
    harm: new RatioMixture(harm(failAbove), dispersion),
    good: new RatioMixture(nonInferiority(passBelow), dispersion),
  };
}

function errorsOf({ canary, stable, history }: Observed, failAbove: number): Watched {
  const dispersion = ratioDispersion(history, (arm) => arm.errors);
  return watch(canary.errors, stable.errors, failAbove, dispersion);
}

function slowOf({ canary, stable, history }: Observed, failAbove: number): Watched[] {
  return tailBounds(history).map((bound) => {
    const dispersion = ratioDispersion(history, (arm) => slowSeries(arm, bound));
    return watch(slowSeries(canary, bound), slowSeries(stable, bound), failAbove, dispersion);
  });
}

function judgeGauge(run: Observed, { gaugeFailAbove }: Preset): Verdict {
  const { podSd, differenceSd: sd } = gaugeNoise(run.history);
  const [canary, stable] = [pointsOf(run.canary, 'gauge'), pointsOf(run.stable, 'gauge')];
  let passedAt: number | null = null;
  let [t, sum] = [0, 0];
  for (const [minute, value] of canary.entries()) {
    const difference = value - (stable[minute] ?? NaN);
    if (Number.isNaN(difference)) continue;
    t += 1;
    sum += difference;
    const seen = (minute + 1) * ticksPerMinute;
    const { lower } = meanLowerBound({ t, mean: sum / t, sd }, alpha, narrowest);
    if (lower > gaugeFailAbove * podSd) return { failedAt: seen, passedAt };
    const upper = -meanLowerBound({ t, mean: -sum / t, sd }, beta, narrowest).lower;
    if (upper < gaugePassBelow * podSd) passedAt ??= seen;
  }
  return { failedAt: null, passedAt };
}
