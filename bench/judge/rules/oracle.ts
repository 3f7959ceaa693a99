import type { Signal } from '../observed.ts';
import type { Simulated } from '../world/simulated.ts';
import { ticksPerMinute } from '../observed.ts';
import { absoluteErrorRate, effects, type Effect } from '../world/effects.ts';
import { latencyScale, shareBelow } from '../world/latency.ts';
import { worlds, type World } from '../world/worlds.ts';
import { Filter, latentOf, type Latent } from './latent.ts';
import type { RuleOf, Verdict } from './rule.ts';

const alpha = 0.01;

/** The log likelihood of the canary's tick for a factor of the world's noise, if it has the harm or has not. */
type Likelihood = (tick: number, factor: number, isHarmed: boolean) => number;

/**
 * The bound that no rule with α = 1% beats by much: the likelihood ratio of Wald's sequential test, between a canary
 * at `failAbove` and one with the very harm that the run has, by somebody who knows stable's rate, the world's noise,
 * every incident, and when harm begins. Of the noise only its law is known; a forward filter averages over it.
 */
function oracle(
  name: string,
  title: string,
  failAbove: number,
  signals: readonly Signal[],
): RuleOf<Simulated> {
  return {
    name,
    title,
    signals,
    judge(run, signal) {
      const world: World = worlds[run.truth.world];
      return follow(run, latentOf(world.wander), likelihoodOf(run, world, signal, failAbove));
    },
  };
}

export const oracleOfOne = oracle('oracle', 'oracle, beyond 1', 1, ['errors', 'latency', 'gauge']);
export const oracleOfQuarter = oracle('oracle-1.25', 'oracle, beyond 1.25', 1.25, ['errors']);

function follow({ ticks, scraped, truth }: Simulated, latent: Latent, likelihood: Likelihood): Verdict {
  const [harmed, healthy] = [new Filter(latent), new Filter(latent)];
  let evidence = 0;
  for (let tick = truth.onset; tick < ticks; tick += 1) {
    if (tick % ticksPerMinute === 0 && tick > truth.onset) {
      harmed.nextMinute();
      healthy.nextMinute();
    }
    if (scraped[tick] === 0) continue;
    evidence += harmed.see((factor) => likelihood(tick, factor, true));
    evidence -= healthy.see((factor) => likelihood(tick, factor, false));
    if (evidence >= Math.log(1 / alpha)) return { failedAt: tick + 1, passedAt: null };
  }
  return { failedAt: null, passedAt: null };
}

/** Where the run has no harm, the oracle looks for the one that the benchmark is mostly about. */
function soughtOf(effect: Effect, signal: Signal): Effect {
  if (effect.isHarm) return effect;
  return effects[({ errors: 'errors-3', latency: 'p99-2', gauge: 'gauge' } as const)[signal]];
}

function likelihoodOf(run: Simulated, world: World, signal: Signal, failAbove: number): Likelihood {
  const sought = soughtOf(effects[run.truth.effect], signal);
  if (signal === 'errors') return errorLikelihood(run, world, sought, failAbove);
  return signal === 'latency' ? latencyLikelihood(run, world, sought) : gaugeLikelihood(run, world, sought);
}

/** Poisson, of batches where they come in batches. */
function errorLikelihood(
  { canary, truth }: Simulated,
  { errorRate, batch }: World,
  sought: Effect,
  failAbove: number,
): Likelihood {
  const healthyRate = errorRate * failAbove;
  const harmedRate = errorRate === 0 ? absoluteErrorRate : errorRate * sought.errors;
  return (tick, factor, isHarmed) => {
    const rate = factor * (isHarmed ? harmedRate : healthyRate) * (truth.incident[tick] ?? 1);
    const events = (canary.errors[tick] ?? 0) / batch;
    return (events === 0 ? 0 : events * Math.log(rate)) - ((canary.requests[tick] ?? 0) / batch) * rate;
  };
}

/** Multinomial over the buckets, of batches where they come in batches. */
function latencyLikelihood({ canary, truth }: Simulated, { batch }: World, sought: Effect): Likelihood {
  const tables = [new Map<number, number[]>(), new Map<number, number[]>()] as const;
  return (tick, factor, isHarmed) => {
    const all = factor * (truth.incident[tick] ?? 1);
    const known = tables[isHarmed ? 1 : 0];
    const table = known.get(all) ?? logShares(isHarmed ? sought.p99 : 1, all);
    known.set(all, table);
    let [log, below] = [0, 0];
    for (let bucket = 0; bucket <= canary.buckets.length; bucket += 1) {
      const upTo = (canary.buckets[bucket] ?? canary.requests)[tick] ?? 0;
      if (upTo > below) log += ((upTo - below) / batch) * (table[bucket] ?? 0);
      below = upTo;
    }
    return log;
  };
}

/** The logarithms of the buckets' probabilities; where there is as good as none, 1e-12 stands in. */
function logShares(p99: number, factor: number): number[] {
  const below = [...shareBelow(p99, latencyScale(factor)), 1];
  return below.map((share, at) => Math.log(Math.max(1e-12, share - (below[at - 1] ?? 0))));
}

/** Normal; where a reading is repeated, it counts once. */
function gaugeLikelihood({ canary, truth }: Simulated, { batch }: World, sought: Effect): Likelihood {
  return (tick, factor, isHarmed) => {
    if (tick % batch !== 0) return 0;
    const noise = (truth.incident[tick] ?? 1) * (factor - 1);
    const expected = (truth.gauge[tick] ?? 0) + noise + (isHarmed ? sought.gauge : 0);
    return -(((canary.gauge[tick] ?? 0) - expected) ** 2) / 2;
  };
}
