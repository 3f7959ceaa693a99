import { stableIsDead } from '../../domain/dead-stable.ts';
import { judgesTest } from '../../domain/sources.ts';
import { loadErrors } from '../complete.ts';
import { scoredNames } from '../judges.ts';
import { isCompared, limits } from '../comparison.ts';
import type { Shape } from '../shape.ts';
import { rule } from './rule.ts';
import { checkTracks } from './tracks.ts';

type Metric = Shape['metrics'][number];

/** What a metric is held to by itself, with no stable beside it. */
const absolute = ['max', 'min'] as const;
const comparing = ['maxRatio', 'minRatio'] as const;
const margins = ['failAbove', 'passBelow', 'countBy', 'noise'] as const;

const onlyTheCanary = 'max or min: the load goes to the canary alone, with no stable beside it';

export const metricRules = [
  rule(['metrics'], ({ metrics }, report) => {
    const firsts = new Map<string, number>();
    for (const [at, metric] of metrics.entries()) {
      const { name } = metric;
      const path = ['metrics', at, 'name'];
      const first = firsts.get(name);
      if (first === undefined) firsts.set(name, at);
      else report(path, `a name of its own: metrics[${first}] has this one`);
      if (name === loadErrors.name && !judgesTest(metric)) {
        report(path, 'another name: this one is kept for a metric whose source is load');
      }
    }
  }),

  rule(['metrics', 'judge', 'tracks'], ({ metrics, judge, tracks }, report) => {
    const scored = scoredNames(judge);
    for (const [at, metric] of metrics.entries()) {
      if (metric.kind !== 'rate' && metric.kind !== 'value') continue;
      if (scored.has(metric.name)) continue;
      const path = ['metrics', at];
      const isLoad = judgesTest(metric);
      const usable = isLoad ? absolute : [...absolute, ...comparing];
      const isHeld = limits.some((key) => metric[key] !== undefined);
      if (!isHeld && (metric.kind === 'value' || isLoad)) {
        report(path, `at least one of ${usable.join(', ')}`, 'a metric without a condition');
      }
      for (const key of comparing) {
        if (metric[key] === undefined) continue;
        if (isLoad) report([...path, key], onlyTheCanary);
        else checkTracks(metric, at, key, tracks, report);
      }
      if (above(metric.min, metric.max)) report([...path, 'min'], 'at most max');
      if (above(metric.minRatio, metric.maxRatio)) report([...path, 'minRatio'], 'at most maxRatio');
    }
  }),

  rule(['metrics', 'judge', 'tracks'], ({ metrics, judge, tracks }, report) => {
    const scored = scoredNames(judge);
    for (const [at, metric] of metrics.entries()) {
      if (scored.has(metric.name)) continue;
      if (isCompared(metric)) {
        checkTracks(metric, at, 'the comparison', tracks, report);
        if (metric.failures !== undefined) {
          report(['metrics', at, 'failures'], 'no failures: this metric is judged by all its ticks together');
        }
      } else {
        for (const key of margins) {
          if (!(key in metric) || (metric as Record<string, unknown>)[key] === undefined) continue;
          if (key === 'noise' && usesDispersion(metric)) {
            if ((metric as Metric & { noise?: { wander?: object } }).noise?.wander !== undefined)
              report(['metrics', at, key, 'wander'], 'no wander: a limit knows dispersion only');
            continue;
          }
          const instead = judgesTest(metric)
            ? onlyTheCanary
            : `${key} alone, and the limits in a metric of their own`;
          report(['metrics', at, key], instead);
        }
      }
    }
  }),

  rule(['metrics'], ({ metrics }, report) => {
    for (const [at, metric] of metrics.entries()) {
      if (metric.kind !== 'latency') continue;
      const { max, percentile, failures } = metric;
      if (judgesTest(metric)) {
        if (max === undefined) report(['metrics', at, 'max'], 'a duration such as 250ms');
        continue;
      }
      if (percentile !== undefined && max === undefined)
        report(
          ['metrics', at, 'percentile'],
          'a max that it is for: without one, buckets are compared with those of stable',
        );
      if (failures !== undefined && max !== undefined)
        report(['metrics', at, 'failures'], 'no failures: buckets are judged by all their ticks together');
    }
  }),

  rule(['metrics', 'steps', 'despite'], ({ metrics, steps, despite }, report) => {
    const deciding = metrics.filter(decidesBakes);
    if (deciding.some((metric) => despite === undefined || isAbsolute(metric))) return;
    if (steps.every((step) => 'approve' in step || step.onInconclusive !== undefined)) return;
    if (deciding.length > 0) {
      report(
        ['despite'],
        'a gating metric of kind status, or with max or min, whose source is not load; or gates as the only steps; or ' +
          'onInconclusive on every bake: nothing is compared with a dead stable, and the last bake below 100 could never end',
        `${stableIsDead}, and no gating metric that judges the bakes without stable`,
      );
      return;
    }
    report(
      ['metrics'],
      'a gating metric whose source is not load, or onInconclusive on every bake: ' +
        'without either, the last bake below 100 could never end',
      'no gating metric that judges the bakes',
    );
  }),

  rule(['metrics', 'steps', 'promote'], ({ metrics, steps, promote }, report) => {
    const at = steps.findIndex((step) => 'bake' in step && step.weight === 100);
    if (at === -1 && promote !== 'swap') return;
    if (metrics.some((metric) => decidesBakes(metric) && isAbsolute(metric))) return;
    report(
      at === -1 ? ['promote'] : ['steps', at],
      'a gating metric of kind status, or with max or min, whose source is not load: at 100 there is no stable ' +
        'to compare with',
      `${at === -1 ? 'swap' : 'a bake at 100'} without any absolute condition`,
    );
  }),
];

function decidesBakes(metric: Metric): boolean {
  return metric.gating && !judgesTest(metric);
}

function isAbsolute(metric: Metric): boolean {
  if (metric.kind === 'status') return true;
  if (metric.kind === 'gauge') return false;
  if (metric.kind === 'latency') return metric.max !== undefined;
  return metric.max !== undefined || metric.min !== undefined;
}

/** It is held to a limit by all its ticks together. */
function usesDispersion(metric: Metric): boolean {
  if (metric.kind === 'latency') return metric.failures === undefined;
  if (metric.kind !== 'rate' || metric.failures !== undefined) return false;
  return absolute.some((key) => metric[key] !== undefined);
}

function above(min: number | undefined, max: number | undefined): boolean {
  return min !== undefined && max !== undefined && min > max;
}
