import { percent as percentOf } from '../../../src/text/number.ts';
import type { Share, Spread } from '../measures.ts';

/** How figures are written. Where there is none: a dash; where most runs did not come to it: `never`. */

/** `1.3%`: as the product writes it, to a tenth. */
export function percent(share: number): string {
  return percentOf(Math.round(1000 * share) / 1000);
}

/** `0.3% (≤ 1.4%)`: the share and the upper end of its interval. */
export function shareWithBound(share: Share | undefined): string {
  return share === undefined ? '–' : `${percent(share.share)} (≤ ${percent(share.high)})`;
}

export function share(of: Share | undefined): string {
  return of === undefined ? '–' : percent(of.share);
}

/** `3.3 (6.8)`: the median and the 90th percentile, in minutes. */
export function minutes(spread: Spread | undefined): string {
  return spreadText(spread, (value) => (value < 100 ? value.toFixed(1) : value.toFixed(0)));
}

/** `975 (2,025)`: the median and the 90th percentile. */
export function requests(spread: Spread | undefined): string {
  return spreadText(spread, requestCount);
}

/** `1,800`. */
export function requestCount(count: number): string {
  return Number.isNaN(count) ? '–' : count === Infinity ? 'never' : Math.round(count).toLocaleString('en-GB');
}

function spreadText(spread: Spread | undefined, text: (value: number) => string): string {
  if (spread === undefined || Number.isNaN(spread.median)) return '–';
  if (spread.median === Infinity) return 'never';
  return `${text(spread.median)} (${spread.p90 === Infinity ? 'never' : text(spread.p90)})`;
}
