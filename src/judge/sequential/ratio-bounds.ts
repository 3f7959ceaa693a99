import { geometric } from './rate-ratio.ts';
import type { RatioEvidence } from './ratio-code.ts';
import type { RatioTest } from './ratio-test.ts';

/**
 * The ratios that the evidence leaves standing at level α on each side: a confidence sequence, so that both bounds may
 * be read at any moment. Between and beyond the ratios of the test, the log likelihood is taken as the curve through its
 * three nearest that a constant share of the exposures would give; exact where the share was constant and nothing wanders.
 *
 * @param odds the canary's exposures in times stable's, above 0
 */
export function ratioBounds(
  test: RatioTest,
  evidence: RatioEvidence,
  alpha: number,
  odds: number,
): { lower: number; upper: number } {
  const points = test.steady
    .map((ratio, at) => ({ x: Math.log(ratio), y: evidence.logs[at] ?? 0, at }))
    .filter(({ x, at }, _, all) => at !== test.at.good || isApart(x, all[test.at.failAbove]?.x));
  const highest = Math.max(...points.map(({ y }) => y));
  const mean = points.reduce((sum, { y }) => sum + Math.exp(y - highest), 0) / points.length;
  const least = highest + Math.log(mean) + Math.log(alpha);
  const curves = points.slice(2).map((_, at) => curveThrough(points.slice(at, at + 3), odds));
  const stands = (x: number): boolean => {
    const at = points.findIndex((point) => point.x > x);
    const nearest = at === -1 ? curves.length - 1 : Math.max(0, Math.min(curves.length - 1, at - 2));
    return (curves[nearest]?.(x) ?? 0) > least;
  };
  const best = points.find(({ y }) => y === highest)?.x ?? 0;
  const below = candidates.findLast((x) => x < best && !stands(x));
  const above = candidates.find((x) => x > best && !stands(x));
  return {
    lower: below === undefined ? 0 : Math.exp(below),
    upper: above === undefined ? Infinity : Math.exp(above),
  };
}

/** No curve goes well through two points that nearly meet. */
function isApart(x: number, other: number | undefined): boolean {
  return other === undefined || x === other || Math.abs(x - other) > 0.1;
}

/** Logarithms of ratios from a twentieth to a hundred times. */
const candidates = geometric(0.05, 100, 761).map(Math.log);

/** a + b x + c ln(1 + odds eˣ) through three points. */
function curveThrough(points: readonly { x: number; y: number }[], odds: number): (x: number) => number {
  const [p, q, r] = points as [{ x: number; y: number }, { x: number; y: number }, { x: number; y: number }];
  const bend = (x: number): number => Math.log1p(odds * Math.exp(x));
  const slope = (from: typeof p, to: typeof p): number => (to.y - from.y) / (to.x - from.x);
  const bent = (from: typeof p, to: typeof p): number => (bend(to.x) - bend(from.x)) / (to.x - from.x);
  const c = (slope(q, r) - slope(p, q)) / (bent(q, r) - bent(p, q));
  const b = slope(p, q) - c * bent(p, q);
  return (x) => p.y + b * (x - p.x) + c * (bend(x) - bend(p.x));
}
