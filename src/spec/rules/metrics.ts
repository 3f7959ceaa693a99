import { loadErrors } from '../complete.ts';
import type { Shape } from '../shape.ts';
import { rule } from './rule.ts';

type Metric = Shape['metrics'][number];

/** What a metric is held to by itself, with no stable beside it. */
const absolute = ['max', 'min'] as const;
const comparing = ['maxRatio', 'minRatio'] as const;

export const metricRules = [
  rule(['metrics'], ({ metrics }, report) => {
    for (const [at, { name, source }] of metrics.entries()) {
      const path = ['metrics', at, 'name'];
      const first = metrics.findIndex((other) => other.name === name);
      if (first < at) report(path, `a name of its own: metrics[${first}] has this one`);
      if (name === loadErrors.name && source.type !== 'load') {
        report(path, 'another name: this one is kept for a metric whose source is load');
      }
    }
  }),

  rule(['metrics'], ({ metrics }, report) => {
    for (const [at, metric] of metrics.entries()) {
      if (metric.kind !== 'rate' && metric.kind !== 'value') continue;
      const usable = metric.source.type === 'load' ? absolute : [...absolute, ...comparing];
      if (![...absolute, ...comparing].some((key) => metric[key] !== undefined)) {
        report(['metrics', at], `at least one of ${usable.join(', ')}`, 'a metric without a condition');
      }
      for (const key of comparing) {
        if (metric[key] === undefined) continue;
        if (metric.source.type === 'load') {
          report(
            ['metrics', at, key],
            'max or min: the load goes to the canary alone, with no stable beside it',
          );
        } else if (!differsByTrack(metric.source.url)) {
          report(
            ['metrics', at, 'source', 'url'],
            `$track or $version in its path or query: without, ${key} would compare the canary with itself`,
          );
        }
      }
      if (above(metric.min, metric.max)) report(['metrics', at, 'min'], 'at most max');
      if (above(metric.minRatio, metric.maxRatio)) report(['metrics', at, 'minRatio'], 'at most maxRatio');
    }
  }),

  rule(['metrics', 'steps'], ({ metrics, steps }, report) => {
    if (metrics.some(decidesBakes)) return;
    if (steps.every((step) => 'approve' in step || step.onInconclusive !== undefined)) return;
    report(
      ['metrics'],
      'a gating metric whose source is not load, or onInconclusive on every bake: ' +
        'without either, the last bake below 100 could never end',
      'no gating metric that judges the bakes',
    );
  }),

  rule(['metrics', 'steps'], ({ metrics, steps }, report) => {
    const at = steps.findIndex((step) => 'bake' in step && step.weight === 100);
    if (at === -1 || metrics.some((metric) => decidesBakes(metric) && isAbsolute(metric))) return;
    report(
      ['steps', at],
      'a gating metric of kind status, or with max or min, whose source is not load: at 100 there is no stable ' +
        'to compare with',
      'a bake at 100 without any absolute condition',
    );
  }),
];

function decidesBakes({ gating, source }: Metric): boolean {
  return gating && source.type !== 'load';
}

function isAbsolute(metric: Metric): boolean {
  if (metric.kind === 'status' || metric.kind === 'latency') return true;
  return metric.max !== undefined || metric.min !== undefined;
}

/** A URL that is none is refused for that. */
function differsByTrack(url: string): boolean {
  if (!URL.canParse(url)) return true;
  const { pathname, search } = new URL(url);
  return /\$(track|version)\b/.test(pathname + search);
}

function above(min: number | undefined, max: number | undefined): boolean {
  return min !== undefined && max !== undefined && min > max;
}
