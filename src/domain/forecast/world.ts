import type { MetricNoise } from '../../judge/compared/comparing.ts';
import type { Measured } from '../../judge/criteria.ts';
import type { Reading, Tick, Window } from '../../judge/samples.ts';
import { judgesTest } from '../sources.ts';
import type { Usual } from './plan.ts';
import type { Random } from '../random.ts';

/** What is wrong with a canary, from the beginning on. */
export interface Harm {
  /** Of these metrics, which are one thing read in several ways … */
  metrics: readonly string[];
  /** … there are so many times as many events; above 1. */
  times: number;
}

/** What the metrics would read of a rollout. */
export interface World {
  /** Requests a second of stable and canary together. */
  readonly rps: number;
  /** @param shares of the requests that go to the canary, and to what it is compared with, of one */
  tick(window: Window, shares: { canary: number; stable: number }): Tick;
  /** What a load of so many requests against the canary alone would report. */
  report(window: Window, requests: number): Tick;
}

/**
 * Requests and events come independently of each other (Poisson), or as a metric's noise says that they do: in
 * batches, and with copies that have better and worse times.
 */
export function worldOf(
  metrics: readonly Measured[],
  usual: Usual,
  harm: Harm | null,
  random: Random,
): World {
  const armsOf = (measured: readonly Measured[]) =>
    measured.map((metric) => ({
      name: metric.name,
      read: reader(metric, usual, random),
      times: harm?.metrics.includes(metric.name) ? harm.times : 1,
      wander: wanderer(metric.comparison?.noise, random),
    }));
  const arms = armsOf(metrics.filter((metric) => !judgesTest(metric)));
  const loaded = metrics.filter(judgesTest);
  return {
    rps: usual.rps,
    tick(window, shares) {
      const length = window.to - window.from;
      const requests = (usual.rps * length) / 1000;
      const readings = arms.map(({ name, read, times, wander }) => [
        name,
        {
          canary: read(requests * shares.canary, times, wander(length), length),
          stable: read(requests * shares.stable, 1, 1, length),
        },
      ]);
      return { window, metrics: Object.fromEntries(readings) as Tick['metrics'] };
    },
    report(window, requests) {
      const readings = loaded.map(({ name, dispersion = 1 }) => {
        const events = fewOf(random, { requests, share: usual.rates[name] ?? 0, dispersion });
        return [name, { canary: { events, total: requests } }];
      });
      return { window, metrics: Object.fromEntries(readings) as Tick['metrics'] };
    },
  };
}

/** Events among so many requests. */
function fewOf(
  random: Random,
  { requests, share, dispersion }: { requests: number; share: number; dispersion: number },
): number {
  return dispersion === 1
    ? random.binomial(requests, share)
    : Math.min(requests, batches(random, requests * share, dispersion));
}

/** @param wander what the rate is multiplied by besides, while the copy has a better or worse time */
type Reader = (requests: number, times: number, wander: number, length: number) => Reading;

function reader(metric: Measured, usual: Usual, random: Random): Reader {
  const { kind, name, comparison, max } = metric;
  const dispersion =
    comparison?.noise?.counts?.dispersion ?? metric.dispersion ?? metric.usualDispersion ?? 1;
  if (kind === 'latency' && max !== undefined) {
    const share = usual.rates[name] ?? 0;
    return (requests, times) => {
      const slow = batches(random, requests * Math.min(1, share * times), dispersion);
      const total = slow + random.poisson(requests * Math.max(0, 1 - share * times));
      return { bounds: [max], below: [total - slow], total };
    };
  }
  if (kind === 'latency') {
    return (requests, times, wander) => latency(random, requests, slower(times, wander), dispersion);
  }
  if (kind === 'gauge') {
    // Without a standard deviation the judge has no use for the value.
    const { mean, sd } = { mean: usual.means[name] ?? 1, sd: comparison?.noise?.gauge?.sd ?? 0 };
    return (_, times, __, length) => ({
      value: mean * times + random.normal() * sd * Math.sqrt(60_000 / length / 2),
      n: 1,
    });
  }
  const rate = usual.rates[name] ?? 0;
  return (requests, times, wander) => {
    const share = Math.min(1, rate * times * wander);
    const events = batches(random, requests * share, dispersion);
    // A user with an event is counted twice.
    const twice = comparison?.counted === 'users' ? events : 0;
    return { events, total: events + twice + random.poisson(requests * (1 - share)) };
  };
}

/** Events that come in batches: counts with this mean and `dispersion` times as much variance, however the time is cut. */
function batches(random: Random, mean: number, dispersion: number): number {
  const small = Math.floor(dispersion);
  const larger = dispersion - small;
  const inSmall = random.poisson((mean * (1 - larger)) / small) * small;
  return larger === 0 ? inSmall : inSmall + random.poisson((mean * larger) / (small + 1)) * (small + 1);
}

/** The shares of requests that are slower than each of four bounds, as good buckets have them. */
export const slowerShares = [0.5, 0.1, 0.01, 0.001] as const;
const bounds = slowerShares.map((_, at) => at + 1);

/** Harm is in the tail: of what one in a hundred requests is slower than, and of what lies beyond. */
const tail = 0.01;

function slower(times: number, wander: number): number[] {
  const shares = slowerShares.map((share) => share * wander * (share <= tail ? times : 1));
  return shares.map((_, at) => Math.min(1, Math.max(...shares.slice(at))));
}

function latency(random: Random, requests: number, shares: readonly number[], dispersion: number): Reading {
  const slow = shares.map((share, at) =>
    batches(random, requests * (share - (shares[at + 1] ?? 0)), dispersion),
  );
  const above = slow.map((_, at) => slow.slice(at).reduce((sum, count) => sum + count, 0));
  const total = (above[0] ?? 0) + random.poisson(requests * (1 - (shares[0] ?? 0)));
  return { bounds, below: above.map((count) => total - count), total };
}

/** An autoregression around a factor of one. */
function wanderer(noise: MetricNoise | undefined, random: Random): (length: number) => number {
  const { sd, minutes } = noise?.counts?.wander ?? { sd: 0, minutes: 1 };
  if (sd === 0) return () => 1;
  let place = random.normal() * sd;
  return (length) => {
    const kept = Math.exp(-length / (minutes * 60_000));
    place = place * kept + random.normal() * sd * Math.sqrt(1 - kept * kept);
    return Math.exp(place - (sd * sd) / 2);
  };
}
