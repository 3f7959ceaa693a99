import type { Reading } from '../samples.ts';
import { count, number } from '../../text/number.ts';
import {
  fewestMinutes,
  gaugeEvidence,
  gaugeRatio,
  noGauge,
  withValues,
  type GaugeState,
} from '../sequential/gauge.ts';
import { prefixed } from './rate.ts';
import type { Comparing, Comparison } from './comparing.ts';

/** A number that goes up and down. Unless its noise is known there is nothing to tell it from harm by. */
export function gaugeComparing(comparison: Comparison, before: { gauge: GaugeState } | null): Comparing {
  let gauge = before?.gauge ?? noGauge;
  const noise = comparison.noise?.gauge;
  const lasting = noise === undefined ? 0 : noise.lasting / noise.sd;
  return {
    add(canary, stable, length) {
      const fault = faultOf(canary) ?? prefixed(faultOf(stable));
      if (fault !== null) return { missing: fault };
      const values = { canary: (canary as Value).value, stable: (stable as Value).value };
      gauge = withValues(gauge, values, length, comparison, noise?.sd ?? 1);
      return { canary: 1, stable: 1 };
    },
    harm: () => (noise === undefined ? 1 : gaugeEvidence(gauge.above, gauge.minutes, lasting)),
    pass: () => (noise === undefined ? 1 : gaugeEvidence(gauge.below, gauge.minutes, lasting)),
    dispersion: () => 1,
    wanting() {
      if (gauge.minutes < fewestMinutes) {
        const so = `${number(gauge.minutes)} of the ${count(fewestMinutes, 'minute')} that a verdict needs`;
        return { kind: 'no-signal', because: so };
      }
      const means = `mean ${number(gauge.canary / gauge.minutes)} against stable's ${number(gauge.stable / gauge.minutes)}`;
      if (gauge.stable <= 0) {
        return { kind: 'inconclusive', because: `${means}, of which there is no multiple to compare with` };
      }
      if (noise !== undefined) return null;
      return {
        kind: 'inconclusive',
        because: `${means}: its noise is not known (set noise.sd)`,
      };
    },
    found(level) {
      const { ratio, lower } = gaugeRatio(gauge, noise ?? { sd: 1, lasting: 0 }, level);
      const { canary, stable, minutes } = gauge;
      return {
        of: '',
        figures: `mean ${number(canary / minutes)} against ${number(stable / minutes)} over ${count(minutes, 'minute')}`,
        evidence: {
          canary: { sum: canary, n: minutes },
          stable: { sum: stable, n: minutes },
          ratio,
          atLeast: lower > 0 ? lower : null,
          atMost: null,
          harm: gaugeEvidence(gauge.above, minutes, lasting),
          pass: gaugeEvidence(gauge.below, minutes, lasting),
        },
      };
    },
    state: () => ({ gauge }),
  };
}

interface Value {
  value: number;
}

function faultOf(reading: Reading): string | null {
  if ('missing' in reading) return reading.missing;
  if (!('value' in reading)) return `a reading of another kind than gauge came: ${JSON.stringify(reading)}`;
  if (!Number.isFinite(reading.value)) return `${String(reading.value)} is no number`;
  return Math.abs(reading.value) <= most ? null : `${String(reading.value)} is too large to be summed`;
}

/** Sums of larger values are no longer finite. */
const most = 1e100;
