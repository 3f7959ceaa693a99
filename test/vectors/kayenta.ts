import { classify, type Classification } from '../../src/judge/kayenta/classify.ts';
import { cles, cohenD, meanRatio } from '../../src/judge/kayenta/effect.ts';
import { decideLooks } from '../../src/judge/kayenta/looks.ts';
import { searchedShift, wilcoxonDifference } from '../../src/judge/kayenta/mann-whitney.ts';
import { byMean } from '../../src/judge/kayenta/mean-inequality.ts';
import { javaNoise } from '../../src/judge/kayenta/noise.ts';
import { normalQuantile } from '../../src/judge/kayenta/normal-quantile.ts';
import {
  beyondSigmas,
  outsideFences,
  withoutOutliers,
  type Detect,
} from '../../src/judge/kayenta/outliers.ts';
import { expectedPoints, padded } from '../../src/judge/kayenta/pairs.ts';
import { removeNaN, replaceNaN } from '../../src/judge/kayenta/prepare.ts';
import { scoreOf, type Scored } from '../../src/judge/kayenta/score.ts';
import { readSettings, type MetricSettings } from '../../src/judge/kayenta/settings.ts';
import { ascending, percentile, summary } from '../../src/judge/kayenta/statistics.ts';
import { judgement } from './kayenta-judgement.ts';
import { differences, series, type Adapter, type Vector } from './vector.ts';

/** The functions of Kayenta's vectors, by their names there. */
export const kayenta: Record<string, Adapter> = {
  judge: judgement,
  classify: (vector) => {
    const { expected, params } = vector;
    const found = classified(vector);
    return [
      ...differences(
        'classification',
        found.classification,
        expected['classification'] ?? found.classification,
      ),
      ...differences('critical', found.critical, expected['critical'] ?? found.critical),
      ...('deviation' in expected ? differences('deviation', found.ratio, expected['deviation'], 1e-9) : []),
      ...(expected['reasonNonEmpty'] === true && !found.reason ? ['reason: found none'] : []),
      ...(params['classifier'] === 'mannWhitney' ? computed(vector, found) : []),
    ];
  },
  mannWhitneyUTest: ({ experiment, control, params, expected }) => {
    const [x, y] = [series(experiment), series(control)];
    const { lower, upper, estimate } = searchedShift(x, y, Number(params['confLevel']));
    const tolerance = Number(expected['tol']);
    return [
      ...differences('lower', lower, expected['lower'], tolerance),
      ...differences('upper', upper, expected['upper'], tolerance),
      ...differences(
        'estimate',
        estimate,
        expected['estimate'],
        Number(expected['estimateTol'] ?? tolerance),
      ),
      ...('muMin' in expected ? atEnds(x, y, expected) : []),
    ];
  },
  wilcoxonDiff: (vector) => {
    const [x, y] = [series(vector['experiment']), series(vector['control'])].map((arm) =>
      arm.toSorted(ascending),
    );
    const { mu, zq } = vector.params;
    return value(wilcoxonDifference(x ?? [], y ?? [], Number(mu), Number(zq)), vector);
  },
  normalQuantile: (vector) => value(normalQuantile(Number(vector.params['p'])), vector),
  meanRatio: (vector) => value(meanRatio(series(vector['experiment']), series(vector['control'])), vector),
  cles: (vector) => value(cles(series(vector['experiment']), series(vector['control'])), vector),
  cohenD: (vector) => value(cohenD(series(vector['experiment']), series(vector['control'])), vector),
  percentileR7: (vector) =>
    value(percentile(series(vector['experiment']), Number(vector.params['p'])), vector),
  summary: ({ experiment, expected: { tol, ...expected } }) => {
    const found: Record<string, unknown> = { ...summary(series(experiment)) };
    return Object.entries(expected).flatMap(([key, wanted]) =>
      differences(key, found[key], wanted, Number(tol)),
    );
  },
  outlierDetect: ({ experiment, params, expected }) =>
    differences('outliers', detector(params)(series(experiment)), expected['outliers']),
  removeOutliers: ({ experiment, params, expected }) =>
    differences('values', withoutOutliers(series(experiment), detector(params)), expected['values']),
  removeNaNs: ({ experiment, expected }) =>
    differences('values', removeNaN(series(experiment)), expected['values']),
  replaceNaNs: ({ experiment, params, expected }) =>
    differences('values', replaceNaN(series(experiment), Number(params['value'])), expected['values']),
  padToExpected: ({ experiment, params, expected }) => {
    const { startTimeMillis, endTimeMillis, stepMillis } = params;
    const points = expectedPoints(Number(startTimeMillis), Number(endTimeMillis), Number(stepMillis));
    return differences('values', padded(series(experiment), points), expected['values']);
  },
  score: ({ params, expected }) => {
    const metrics = (params['metrics'] as Omit<Scored, 'reason'>[]).map((metric) => ({
      ...metric,
      reason: null,
    }));
    const { score, groups } = scoreOf(metrics, params['groupWeights'] as Record<string, number>);
    const sorted = groups.map((group) => group.score).sort(ascending);
    return [
      ...differences('score', score, expected['score']),
      ...differences('groupScoresSorted', sorted, expected['groupScoresSorted'] ?? sorted, 1e-9),
    ];
  },
  aggregate: ({ params, expected }) => {
    const { finalScore, pass, marginal } = params as {
      finalScore: number;
      pass: number | null;
      marginal: number | null;
    };
    const decision = decideLooks([finalScore], 1, {
      ...(pass === null ? {} : { pass }),
      ...(marginal === null ? {} : { marginal }),
    });
    return differences('didPass', decision.ended && decision.passed, expected['didPass']);
  },
};

function classified({ experiment, control, params }: Vector): Classification {
  const { classifier, tolerance, confLevel } = params;
  const [canary, baseline] = [series(experiment), series(control)];
  const settings: MetricSettings = readSettings({ canary: params });
  if (classifier === 'meanInequality') return byMean(canary, baseline, settings);
  return classify('metric', canary, baseline, settings, {
    tolerance: Number(tolerance),
    confidence: Number(confLevel),
    search: { noise: javaNoise(0) },
  });
}

/** The shift and the effect behind a label, where no noise is in them. */
function computed(vector: Vector, { shift, effect }: Classification): string[] {
  const wanted = vector['computed'] as Record<string, unknown> | undefined;
  const isConstant = [vector['experiment'], vector['control']].every(
    (arm) => new Set(series(arm)).size === 1,
  );
  if (wanted === undefined || isConstant) return [];
  const found: Record<string, unknown> = { ...shift, effect };
  return Object.entries(wanted).flatMap(([key, value]) => differences(key, found[key], value, 1e-6));
}

/** The rank sums at both ends of the search, which name the quantiles that they were taken at. */
function atEnds(x: number[], y: number[], expected: Record<string, unknown>): string[] {
  const sorted = [x.toSorted(ascending), y.toSorted(ascending)] as const;
  const at = (end: string, quantile: string): number =>
    wilcoxonDifference(...sorted, Number(expected[end]), Number(expected[quantile]));
  return ['zqLower', 'zqUpper'].flatMap((quantile) => [
    ...differences(`fLower@${quantile}`, at('muMin', quantile), expected[`fLower@${quantile}`], 1e-6),
    ...differences(`fUpper@${quantile}`, at('muMax', quantile), expected[`fUpper@${quantile}`], 1e-6),
  ]);
}

function detector({ detector, factor, k, reduceSensitivity }: Vector['params']): Detect {
  return detector === 'ksigma'
    ? beyondSigmas(Number(k))
    : outsideFences(Number(factor), reduceSensitivity === true);
}

function value(found: number, { expected }: Vector): string[] {
  return differences('value', found, expected['value'], Number(expected['tol'] ?? 1e-12));
}
