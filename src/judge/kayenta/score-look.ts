import type { MetricVerdict, VerdictKind } from '../verdict.ts';
import { count, number } from '../../text/number.ts';
import { clipped, joined, mostOfAReason } from '../sentences.ts';
import type { Label } from './classify.ts';
import type { ScoreThresholds } from './config.ts';
import { KayentaRefused, KayentaThrows } from './errors.ts';
import { judgeKayenta, type KayentaResult, type MetricResult } from './judge-pairs.ts';
import type { Pair } from './pairs.ts';
import type { ArmPoints } from './points.ts';
import type { ScoreLook, Scoring } from './scoring.ts';
import { values, wantingMetrics, type Wanting } from './wanting.ts';
import { duration } from '../../text/duration.ts';

/** The same noise at every look: the same points give the same score. */
const seed = 0;

/** Bytes, as JSON, of the sentences with which the strict judge refuses data. */
const mostOfARefusal = 500;

/** Two arms that do not differ, in the place of what could not be measured: they pass. */
const alike = [1, 1, 1, 1, 1];

/** Looks at the points that there are. */
export function lookAt(scoring: Scoring, points: Readonly<Record<string, ArmPoints>>): ScoreLook {
  const { config, mode } = scoring;
  if (mode === 'compat' && isSilent(points)) {
    return { kind: 'no-signal', because: 'nothing has a value in its newest point', metrics: [] };
  }
  return lookWithout(scoring, points, mode === 'strict' ? wantingMetrics(config.metrics, points) : []);
}

/** A metric whose data are refused is wanting, too: harm that the others show decides all the same. */
function lookWithout(
  scoring: Scoring,
  points: Readonly<Record<string, ArmPoints>>,
  wanting: readonly Wanting[],
): ScoreLook {
  const { config, mode, thresholds } = scoring;
  const pairs = config.metrics.map(({ name }) => pairOf(name, points, wanting));
  try {
    return said(judgeKayenta(config, pairs, { mode, thresholds, seed }), thresholds, wanting);
  } catch (error) {
    if (!(error instanceof KayentaRefused || error instanceof KayentaThrows)) throw error;
    const refused = error instanceof KayentaRefused ? refusedMetrics(scoring, error) : [];
    if (refused.length > 0) return lookWithout(scoring, points, [...wanting, ...refused]);
    return {
      kind: 'inconclusive',
      because: clipped(error.message.replaceAll('\n', ' '), mostOfARefusal),
      metrics: [],
    };
  }
}

/** The metrics whose data are refused; none where something else is, too. */
function refusedMetrics({ config }: Scoring, { refusals }: KayentaRefused): Wanting[] {
  const refused = config.metrics.flatMap((metric) => {
    const sentences = refusals.filter((refusal) => refusal.metric === metric.name);
    const [first] = sentences;
    return first === undefined ? [] : [{ metric, because: first.sentence, kind: 'inconclusive' as const }];
  });
  return refusals.every(({ metric }) => metric !== undefined) ? refused : [];
}

/** What is said before there was a look at this weight. */
export function beforeLook(
  { config, mode, interval, step }: Scoring,
  points: Readonly<Record<string, ArmPoints>>,
): Omit<ScoreLook, 'metrics'> {
  const wanting = mode === 'strict' ? counted(wantingMetrics(config.metrics, points)) : [];
  if (wanting.length > 0) return { kind: 'no-signal', because: sentenceOf(wanting) };
  if (mode === 'compat' && isSilent(points)) return { kind: 'no-signal', because: 'there is no point yet' };
  return {
    kind: 'inconclusive',
    because: `not looked at yet at this weight: it is every ${duration(interval * step)}`,
  };
}

function isSilent(points: Readonly<Record<string, ArmPoints>>): boolean {
  const newest = (arm: ArmPoints['canary']): number | null => arm.at(-1) ?? null;
  return Object.values(points).every(
    ({ canary, stable }) => newest(canary) === null && newest(stable) === null,
  );
}

function pairOf(
  name: string,
  points: Readonly<Record<string, ArmPoints>>,
  wanting: readonly Wanting[],
): Pair {
  const { [name]: of = { canary: [], stable: [] } } = points;
  return wanting.some(({ metric }) => metric.name === name)
    ? { name, tags: {}, canary: alike, baseline: alike }
    : { name, tags: {}, canary: values(of.canary), baseline: values(of.stable) };
}

/** Harm enough is harm whatever is wanting besides; a pass is one only if nothing is. */
function said(result: KayentaResult, thresholds: ScoreThresholds, wanting: readonly Wanting[]): ScoreLook {
  const metrics = result.metrics.map((metric) => verdictOf(metric, wanting));
  const kind = kindOf(result.score, thresholds);
  const short = counted(wanting);
  if (short.length === 0 || kind === 'fail') return { kind, because: sentence(result, thresholds), metrics };
  const missing = short.filter((one) => one.kind === 'no-signal');
  if (missing.length > 0) return { kind: 'no-signal', because: sentenceOf(missing), metrics };
  const refusals = short.map(({ because }) => because).join(' ');
  return { kind: 'inconclusive', because: clipped(refusals, mostOfARefusal), metrics };
}

/** As Kayenta's standalone analysis takes a score: it stops at one that is not above the marginal threshold. */
function kindOf(score: number, { pass, marginal }: ScoreThresholds): VerdictKind {
  if (score <= marginal) return 'fail';
  return score >= pass ? 'pass' : 'inconclusive';
}

function counted(wanting: readonly Wanting[]): Wanting[] {
  return wanting.filter(({ metric }) => !metric.settings.muted);
}

function sentenceOf(wanting: readonly Wanting[]): string {
  return joined(wanting.map(({ metric: { name }, because }) => ({ name, because })));
}

function sentence({ score, groups, metrics }: KayentaResult, { pass, marginal }: ScoreThresholds): string {
  const parts = groups.map(({ name, score }) => `${name} ${number(score)}`).join(', ');
  const bad = metrics.filter(({ muted, classification }) => !muted && classification !== 'Pass');
  const named = bad.slice(0, 3).map((metric) => `${metric.name} is ${finding(metric)}`);
  const more = bad.length > 3 ? [`and ${count(bad.length - 3, 'more metric')}`] : [];
  const why = bad.length === 0 ? 'every metric passes' : [...named, ...more].join(', ');
  return `score ${number(score)} (pass from ${number(pass)}, fail up to ${number(marginal)}; ${parts}): ${why}`;
}

const kinds = {
  Pass: 'pass',
  High: 'fail',
  Low: 'fail',
  Nodata: 'no-signal',
  NodataFailMetric: 'no-signal',
  Error: 'inconclusive',
} as const satisfies Record<Label, VerdictKind>;

function verdictOf(metric: MetricResult, wanting: readonly Wanting[]): MetricVerdict {
  const { name, classification, muted } = metric;
  const short = wanting.find((one) => one.metric.name === name);
  if (short !== undefined) {
    return { name, gating: false, kind: short.kind, because: clipped(short.because, mostOfAReason) };
  }
  const because = `${finding(metric)}${muted ? ', muted' : ''}`;
  return { name, gating: false, kind: kinds[classification], because };
}

/** `High (1.44 × stable's, 0.42 against 0.29)`. */
function finding({ classification, critical, canary, baseline }: MetricResult): string {
  const gravity = critical ? ', which is critical' : '';
  if (classification === 'Nodata' || classification === 'NodataFailMetric') return `without data${gravity}`;
  const means = `${number(canary.mean)} against ${number(baseline.mean)}`;
  const isMultiple = canary.mean > 0 && baseline.mean > 0;
  const size = isMultiple ? `${number(canary.mean / baseline.mean)} × stable's, ${means}` : means;
  return `${classification}${gravity} (${size})`;
}
