import { bounds, type Arm } from '../observed.ts';
import type { Random } from '../../../src/domain/random.ts';

/** What became of a tick: known; not scraped, so that the next one has its growth too; or its growth is lost. */
export type Lapse = 'none' | 'missed' | 'lost';

/** @param missing the probability of a missed scrape; @param resets that of a counter that begins again */
export function lapsesOf(ticks: number, missing: number, resets: number, random: Random): Lapse[] {
  return Array.from({ length: ticks }, () => {
    const drawn = random.uniform();
    return drawn < missing ? 'missed' : drawn < missing + resets ? 'lost' : 'none';
  });
}

/** An arm as it is seen through lapses. */
export function lapsed(arm: Arm, lapses: readonly Lapse[]): Arm {
  if (lapses.every((lapse) => lapse === 'none')) return arm;
  let [requests, errors, gauge]: (Float64Array | undefined)[] = [];
  let buckets: readonly Float64Array[] | undefined;
  return {
    get requests() {
      return (requests ??= seen(arm.requests, lapses));
    },
    get errors() {
      return (errors ??= seen(arm.errors, lapses));
    },
    get buckets() {
      return (buckets ??= bounds.map((_, bound) => seen(arm.buckets[bound] ?? new Float64Array(), lapses)));
    },
    get gauge() {
      return (gauge ??= arm.gauge.map((value, at) => (lapses[at] === 'none' ? value : NaN)));
    },
  };
}

function seen(growth: Float64Array, lapses: readonly Lapse[]): Float64Array {
  let carried = 0;
  return growth.map((more, at) => {
    carried = lapses[at] === 'lost' ? 0 : carried + more;
    if (lapses[at] !== 'none') return 0;
    const all = carried;
    carried = 0;
    return all;
  });
}
