import { bounds, type Arm } from '../observed.ts';
import { randomOf, type Random } from '../../../src/domain/random.ts';
import { latencyScale, shareBelow } from './latency.ts';

/** The law of one arm; a function is asked for each value of its series. */
export interface Law {
  values: number;
  /** How many requests are expected. */
  traffic: (at: number) => number;
  errorRate: (at: number) => number;
  /** What noise and incidents multiply the error rate by; 1 on average. */
  factor: (at: number) => number;
  /** What the 99th percentile of the latency is multiplied by. */
  p99: (at: number) => number;
  /** What is added to the gauge, in standard deviations of one pod's value. */
  gauge: (at: number) => number;
  /** How many values of pods the gauge is the mean of. */
  gaugeValues: number;
  /** How many values in a row the gauge keeps one reading. */
  gaugeHold: number;
  /** How many errors, and how many equally slow requests, come together. */
  batch: number;
}

/** Draws an arm's series, each at its first use and each from random numbers of its own. */
export function armOf(name: string, law: Law): Arm {
  let [requests, errors, gauge]: (Float64Array | undefined)[] = [];
  let buckets: Float64Array[] | undefined;
  const random = (series: string): Random => randomOf(`${name}/${series}`);
  return {
    get requests() {
      return (requests ??= drawRequests(law, random('requests')));
    },
    get errors() {
      return (errors ??= drawErrors(law, this.requests, random('errors')));
    },
    get buckets() {
      return (buckets ??= drawBuckets(law, this.requests, random('latency')));
    },
    get gauge() {
      return (gauge ??= drawGauge(law, random('gauge')));
    },
  };
}

function drawRequests({ values, traffic }: Law, random: Random): Float64Array {
  return new Float64Array(values).map((_, at) => random.poisson(traffic(at)));
}

function drawErrors({ errorRate, factor, batch }: Law, requests: Float64Array, random: Random): Float64Array {
  return requests.map((n, at) => {
    const p = Math.min(1, errorRate(at) * factor(at));
    return batch === 1 ? random.binomial(n, p) : Math.min(n, batch * random.poisson((n * p) / batch));
  });
}

/** In batches, as many requests together take equally long. */
function drawBuckets({ p99, factor, batch }: Law, requests: Float64Array, random: Random): Float64Array[] {
  const buckets = bounds.map(() => new Float64Array(requests.length));
  let [shares, lastFactor, lastP99] = [shareBelow(1, 1), 1, 1];
  const draw = (at: number, n: number, size: number): void => {
    let [left, below] = [n, 1];
    for (let bound = bounds.length - 1; bound >= 0 && left > 0; bound -= 1) {
      const share = shares[bound] ?? 0;
      // Of those at most as slow as the next bound, these are at most as slow as this one.
      left = left - random.binomial(left, Math.max(0, Math.min(1, 1 - share / below)));
      below = share;
      const bucket = buckets[bound];
      if (bucket !== undefined) bucket[at] = (bucket[at] ?? 0) + left * size;
      if (share === 0) break;
    }
  };
  requests.forEach((n, at) => {
    if (factor(at) !== lastFactor || p99(at) !== lastP99) {
      [lastFactor, lastP99] = [factor(at), p99(at)];
      shares = shareBelow(lastP99, latencyScale(lastFactor));
    }
    draw(at, Math.floor(n / batch), batch);
    if (n % batch > 0) draw(at, 1, n % batch);
  });
  return buckets;
}

function drawGauge({ values, factor, gauge, gaugeValues, gaugeHold }: Law, random: Random): Float64Array {
  const sd = 1 / Math.sqrt(gaugeValues);
  let noise = 0;
  return new Float64Array(values).map((_, at) => {
    if (at % gaugeHold === 0) noise = random.normal() * sd;
    return gaugeLevel + gauge(at) + (factor(at) - 1) + noise;
  });
}

/** The mean of every pod's gauge, in standard deviations of one pod's value. */
export const gaugeLevel = 10;
