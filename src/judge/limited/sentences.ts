import type { Risk } from '../compared/comparing.ts';
import type { Criterion } from '../criteria.ts';
import { count, number, percent } from '../../text/number.ts';
import type { Bounds, Counted } from '../sequential/share-limit.ts';
import type { Limit } from './limit.ts';
import { milliseconds } from '../../text/duration.ts';

/** What was counted of a limit's events. */
export type Figures = Counted & { bounds: Bounds };

/** `0.43% (at most 1.6% with 95% confidence): 3 of 700 requests, at most 2% allowed`. */
export function keptSentence(criterion: Criterion, limit: Limit, figures: Figures, risk: Risk): string {
  const bounds = { ...figures.bounds, atMost: Math.min(figures.bounds.atMost, limit.share) };
  return `${found(criterion, limit, { ...figures, bounds }, risk)}, ${allowed(limit)}`;
}

/**
 * `38.46% (at least 11.2% with 99% confidence): 10 of 26 requests, more than the 2% allowed`. What rose late may not show
 * in the whole: `1.2% over all, more than the 2% allowed of late with 99% confidence: 120 of 10,000 requests`.
 */
export function exceededSentence(criterion: Criterion, limit: Limit, figures: Figures, risk: Risk): string {
  const { events, total, bounds } = figures;
  const than = limit.isLeast
    ? `less than the ${percent(1 - limit.share)} wanted`
    : `more than the ${percent(limit.share)} allowed`;
  const sure = confidence(risk.alpha);
  if (events / total <= limit.share) {
    return `${value(criterion, limit, figures)} over all, ${than} of late with ${sure}: ${counts(limit, figures)}`;
  }
  const atLeast = Math.max(bounds.atLeast, limit.share);
  const edge = limit.isLeast ? `at most ${percent(1 - atLeast)}` : `at least ${percent(atLeast)}`;
  return `${value(criterion, limit, figures)} (${edge} with ${sure}): ${counts(limit, figures)}, ${than}`;
}

/**
 * `0.5% (at most 3.1% with 95% confidence): 1 of 200 requests, not yet shown to keep the 2% allowed: about 300 more
 * requests`.
 *
 * @param toGo about how many more requests the nearest verdict takes; null where none is in sight
 */
export function openSentence(
  criterion: Criterion,
  limit: Limit,
  figures: Figures,
  { toGo, risk }: { toGo: number | null; risk: Risk },
): string {
  const edge = limit.isLeast
    ? `the ${percent(1 - limit.share)} wanted`
    : `the ${percent(limit.share)} allowed`;
  const verb = figures.events / figures.total > limit.share ? 'exceed' : 'keep';
  const open = `${found(criterion, limit, figures, risk)}, not yet shown to ${limit.isLeast && verb === 'exceed' ? 'miss' : verb} ${edge}`;
  if (toGo === null) return open;
  return `${open}: about ${count(Math.ceil(Number(toGo.toPrecision(2))), 'more request')}`;
}

function found(criterion: Criterion, limit: Limit, figures: Figures, { beta }: Risk): string {
  const { atMost } = figures.bounds;
  const edge = limit.isLeast ? `at least ${percent(1 - atMost)}` : `at most ${percent(atMost)}`;
  return `${value(criterion, limit, figures)} (${edge} with ${confidence(beta)}): ${counts(limit, figures)}`;
}

/** The share that the metric is of; of a latency what is counted of it. */
function value({ kind, max }: Criterion, { isLeast }: Limit, { events, total }: Figures): string {
  const share = percent(isLeast ? 1 - events / total : events / total);
  return kind === 'latency' ? `slower than ${milliseconds(max ?? 0)} are ${share}` : share;
}

function counts({ isLeast }: Limit, { events, total }: Figures): string {
  return `${number(isLeast ? total - events : events)} of ${count(total, 'request')}`;
}

function allowed({ isLeast, share }: Limit): string {
  return isLeast ? `at least ${percent(1 - share)} wanted` : `at most ${percent(share)} allowed`;
}

function confidence(level: number): string {
  return `${percent(1 - level)} confidence`;
}
