import { minutesToHarm } from '../../src/judge/sequential/evidence-gain.ts';
import { meanLowerBound } from '../../src/judge/sequential/mean-difference.ts';
import { quantileLogEvidence } from '../../src/judge/sequential/quantile.ts';
import {
  harm,
  logEvidence,
  nonInferiority,
  type Counts,
  type Question,
} from '../../src/judge/sequential/rate-ratio.ts';
import { differences, type Adapter, type Vector } from './vector.ts';

/** The functions of the sequential judge's vectors, by their names there. */
export const sequential: Record<string, Adapter> = {
  harmLogE: (vector) => evidence(vector, harm(number(vector, 'r0'))),
  nonInferiorityLogE: (vector) => evidence(vector, nonInferiority(number(vector, 'margin'))),
  quantileBetaBinomialLogE: (vector) => {
    const [k, n, p, a, b] = ['k', 'n', 'p', 'a', 'b'].map((name) => number(vector, name));
    return expected(vector, { logE: quantileLogEvidence(k ?? NaN, n ?? NaN, p ?? NaN, a, b) });
  },
  asympCsLower: (vector) => {
    const observed = { t: number(vector, 't'), mean: number(vector, 'mean'), sd: number(vector, 'sd') };
    return expected(vector, {
      ...meanLowerBound(observed, number(vector, 'alpha'), number(vector, 'tOpt')),
    });
  },
  planHarmMinutes: (vector) => {
    const rates = {
      canary: number(vector, 'canaryEventsPerMin'),
      stable: number(vector, 'baselineEventsPerMin'),
    };
    const minutes = minutesToHarm(rates, {
      ratio: number(vector, 'ratio'),
      r0: number(vector, 'r0'),
      alpha: number(vector, 'alpha'),
      dispersion: number(vector, 'dispersion'),
      overshoot: number(vector, 'c'),
    });
    return expected(vector, { minutes });
  },
};

function evidence(vector: Vector, question: Question): string[] {
  const segments = vector['segments'] as Record<string, number>[];
  const counts = segments.map((segment): Counts => ({
    canaryEvents: segment['canaryEvents'] ?? NaN,
    canaryExposure: segment['canaryExposure'] ?? NaN,
    stableEvents: segment['baselineEvents'] ?? NaN,
    stableExposure: segment['baselineExposure'] ?? NaN,
  }));
  return expected(vector, { logE: logEvidence(question, counts, number(vector, 'dispersion')) });
}

function number({ params }: Vector, name: string): number {
  const value = params[name];
  if (typeof value === 'number') return value;
  throw new Error(`params.${name}: found ${JSON.stringify(value)}, expected a number`);
}

/** The values are given with nine decimals; minutes with six. */
function expected(vector: Vector, found: Record<string, number>): string[] {
  const tolerance = 'minutes' in vector.expected ? 1e-6 : 1e-8;
  return Object.entries(vector.expected).flatMap(([name, value]) =>
    differences(name, found[name], value, tolerance),
  );
}
