import { number, percent } from '../../text/number.ts';
import { copiesText, tooLittle, type Calibration, type Past } from '../compared/calibration.ts';
import { blockDispersion, noBlocks, withCounted } from '../sequential/block-dispersion.ts';
import type { Counted } from '../sequential/share-limit.ts';

const minute = 60_000;

/** How events of a metric with a limit come, from the past of each of stable's copies: one minute against the one before it. */
export function limitCalibrationOf(past: Past): Calibration {
  const copies = countsOf(past).filter((copy) => copy.length > 0);
  const little = tooLittle(copies, 1);
  if (little !== null) return little;
  const dispersion = dispersionOf(copies);
  const all = copies.flat();
  const events = all.reduce((sum, one) => sum + one.events, 0);
  const total = all.reduce((sum, one) => sum + one.total, 0);
  const share = total === 0 ? '' : ` (${percent(events / total)})`;
  return {
    noise: { dispersion },
    said: `${number(events)} of ${number(total)}${share} in ${copiesText(copies.length)} of stable; dispersion ${number(dispersion)} from minute to minute`,
  };
}

/** Of each copy its minutes, as far as they are known. A gauge has no events, and a histogram that has no bound at the limit no count. */
function countsOf(past: Past): Counted[][] {
  if (past.kind === 'rate') return past.copies.map((copy) => copy.filter((counted) => counted !== null));
  if (past.kind === 'gauge' || past.bounds.length === 0) return [];
  return past.copies.map((copy) =>
    copy.flatMap((counted) =>
      counted === null ? [] : [{ events: counted.slower[0] ?? 0, total: counted.total }],
    ),
  );
}

/** By the pairs of minutes of all copies together. */
function dispersionOf(copies: readonly Counted[][]): number {
  let all = noBlocks;
  for (const copy of copies) {
    const [, , , , , sum, pairs] = all;
    all = [0, 0, 0, 0, 0, sum, pairs];
    for (const counted of copy) all = withCounted(all, counted, minute);
  }
  return blockDispersion(all);
}
