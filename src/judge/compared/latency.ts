import type { Reading } from '../samples.ts';
import { count, number } from '../../text/number.ts';
import { slownessHarms } from '../sequential/ratio-test.ts';
import { ratioOf, type Ratio, type RatioState } from '../sequential/ratio.ts';
import { foundOf, isCount, prefixed, tooFew } from './rate.ts';
import { milliseconds } from '../../text/duration.ts';
import { exposureOf, type Comparing, type Comparison, type LatencyState } from './comparing.ts';

/** One bound, and how many requests are slower in either arm. */
interface Watched {
  above: number;
  ratio: Ratio;
}

/**
 * Requests of stable before the bounds are chosen, where its noise names none. More of them would choose the highest bound
 * more exactly; but they are counted for nobody, and a service with half a request a second needs hours for them.
 */
const enough = 500;

/** The shares of stable's requests that the bounds to watch should leave above them. */
const shares = [0.5, 0.1, 0.01, 0.001];
const leastShare = 0.0005;
const mostShare = 0.6;

/** A bound that fewer of stable's requests than this lie above shows harm, and takes no part in a pass: it would take days. */
const passShare = 0.005;

/**
 * How long requests take: by how many are slower than each of a few bounds. The evidence for harm is a mean over the
 * bounds (valid however they hang together); good enough is a canary only if it is at each of them.
 */
export function latencyComparing(
  comparison: Comparison,
  least: number,
  before: LatencyState | null,
): Comparing {
  const { noise } = comparison;
  const exposure = exposureOf(comparison);
  const noiseAt = (above: number) =>
    noise?.bounds?.find((bound) => bound.above === above)?.noise ?? noise?.counts ?? null;
  const watchedAt = (above: number, at: number): Watched => ({
    above,
    ratio: ratioOf(comparison, noiseAt(above), ratioAt(before, at), slownessHarms),
  });
  const given = before?.bounds ?? noise?.bounds?.map(({ above }) => above) ?? [];
  let watched = given.map(watchedAt);
  let learning = before?.learning ?? { bounds: [], below: [], total: 0 };
  const deciding = (): Watched[] => {
    const common = watched.filter(({ ratio }) => {
      const { stableEvents, stableExposure } = ratio.counts;
      return stableEvents >= passShare * stableExposure;
    });
    return common.length > 0 ? common : watched.slice(0, 1);
  };
  const mostTelling = (): Watched | undefined =>
    watched.reduce<Watched | undefined>(
      (best, one) => (best === undefined || one.ratio.harm() > best.ratio.harm() ? one : best),
      undefined,
    );
  return {
    add(canary, stable, length) {
      const fault = faultOf(canary) ?? prefixed(faultOf(stable));
      if (fault !== null) return { missing: fault };
      const [of, to] = [canary as Histogram, stable as Histogram];
      if (of.bounds.join() !== to.bounds.join())
        return { missing: "the canary's buckets are not those of stable" };
      if (watched.length === 0) {
        if (learning.total > 0 && learning.bounds.join() !== to.bounds.join()) {
          learning = to;
          return { missing: 'its buckets changed' };
        }
        learning = added(learning, to);
        if (learning.total >= enough) {
          watched = boundsToWatch(learning).map((above) => watchedAt(above, -1));
        }
        return { canary: of.total, stable: to.total };
      }
      const lost = watched.find(({ above }) => !of.bounds.includes(above));
      if (lost !== undefined)
        return { missing: `its buckets changed: none ends at ${milliseconds(lost.above)} any more` };
      for (const { above, ratio } of watched) {
        ratio.add(
          {
            canaryEvents: slower(of, above),
            canaryExposure: of.total,
            stableEvents: slower(to, above),
            stableExposure: to.total,
          },
          length,
        );
      }
      return { canary: of.total, stable: to.total };
    },
    harm: () => (watched.length === 0 ? 1 : tailFirst(watched.map(({ ratio }) => ratio.harm()))),
    pass: () => Math.min(...(watched.length === 0 ? [0] : deciding().map(({ ratio }) => ratio.pass()))),
    dispersion: () => mostTelling()?.ratio.dispersion() ?? 1,
    wanting() {
      const [first] = watched;
      if (first !== undefined) return tooFew(first.ratio.counts, { least, exposure });
      return {
        kind: 'no-signal',
        because:
          learning.total < enough
            ? `learning what is usual: ${number(learning.total)} of ${count(enough, exposure)} of stable's`
            : "no bucket ends where some of stable's requests lie above it and most below",
      };
    },
    found(level) {
      const one = mostTelling();
      if (one === undefined) throw new Error('there is nothing found before there are bounds');
      return foundOf(`${exposure}s slower than ${milliseconds(one.above)}`, one.ratio, { level, exposure });
    },
    state() {
      const states = watched.map(({ ratio }) => ratio.state());
      return {
        bounds: watched.map(({ above }) => above),
        exposure: states[0]?.exposure ?? [0, 0, 0],
        ratios: states.map(({ exposure: _exposure, ...ratio }) => ratio),
        ...(watched.length === 0 ? { learning } : {}),
      };
    },
  };
}

function ratioAt(before: LatencyState | null, at: number): RatioState | null {
  const ratio = before?.ratios[at];
  return before === null || ratio === undefined ? null : { ...ratio, exposure: before.exposure };
}

/** The mean of the e-values, in which each bound weighs as much as its place from below: harm shows in the tail first. */
function tailFirst(evidence: readonly number[]): number {
  const weights = (evidence.length * (evidence.length + 1)) / 2;
  return evidence.reduce((sum, value, at) => sum + (at + 1) * value, 0) / weights;
}

interface Histogram {
  bounds: number[];
  below: number[];
  total: number;
}

/** Why a reading is no histogram; null if it is. */
export function faultOf(reading: Reading): string | null {
  if ('missing' in reading) return reading.missing;
  if (!('below' in reading)) return `a reading of another kind than latency came: ${JSON.stringify(reading)}`;
  const { bounds, below, total } = reading;
  if (bounds.length === 0 || bounds.length !== below.length) {
    return `${String(bounds.length)} bounds and ${String(below.length)} counts are no buckets`;
  }
  if (!isAscending(bounds)) return 'the bounds of its buckets do not rise';
  if (![...below, total].every(isCount)) return 'its buckets hold what is no count';
  const steps = [...below, total];
  return steps.every((value, at) => at === 0 || value >= (steps[at - 1] ?? 0))
    ? null
    : 'its buckets are not cumulative: a later one holds fewer';
}

function isAscending(bounds: readonly number[]): boolean {
  return bounds.every((bound, at) => Number.isFinite(bound) && (at === 0 || bound > (bounds[at - 1] ?? 0)));
}

function slower({ bounds, below, total }: Histogram, above: number): number {
  return total - (below[bounds.indexOf(above)] ?? total);
}

function added(one: Histogram, more: Histogram): Histogram {
  if (one.total === 0) return more;
  return {
    bounds: one.bounds,
    below: one.below.map((count, at) => count + (more.below[at] ?? 0)),
    total: one.total + more.total,
  };
}

/** Of the bounds that some, but not most, requests lie above: for each share the one that comes nearest to it. */
export function boundsToWatch(histogram: Histogram): number[] {
  const usable = histogram.bounds
    .map((above) => ({ above, share: slower(histogram, above) / histogram.total }))
    .filter(({ share }) => share >= leastShare && share <= mostShare);
  const nearest = shares.map(
    (wanted) =>
      usable.toSorted(
        (a, b) => Math.abs(Math.log(a.share / wanted)) - Math.abs(Math.log(b.share / wanted)),
      )[0]?.above,
  );
  return [...new Set(nearest)].filter((above) => above !== undefined).sort((a, b) => a - b);
}
