import { scoredNames } from '../judges.ts';
import { isCompared } from '../comparison.ts';
import type { Shape } from '../shape.ts';
import { rule } from './rule.ts';
import { checkBaseline } from './tracks.ts';
import { tellsWhatRuns } from '../target.ts';

/** What a fresh baseline needs, so that it does not run for nothing. */
export const baselineRules = [
  rule(['baseline', 'first'], ({ baseline, first }, report) => {
    if (baseline === 'fresh' && first)
      report(['baseline'], 'stable: at a first release there is nothing to make a fresh copy of', 'fresh');
  }),

  rule(['baseline', 'despite'], ({ baseline, despite }, report) => {
    if (baseline === 'fresh' && despite !== undefined)
      report(['baseline'], `stable: with despite: ${despite} nothing is compared with stable`, 'fresh');
  }),

  rule(['baseline', 'target'], ({ baseline, target }, report) => {
    if (baseline === 'fresh' && !tellsWhatRuns(target))
      report(['baseline'], 'a target with a url or a check URL, which says that the baseline runs', 'fresh');
  }),

  rule(['baseline', 'steps'], ({ baseline, steps }, report) => {
    if (baseline !== 'fresh') return;
    for (const [at, step] of steps.entries()) {
      if ('approve' in step || (step.weight !== undefined && step.audience === undefined)) continue;
      const found = step.audience === undefined ? 'no weight' : 'an audience';
      report(
        ['steps', at],
        'a weight alone: a baseline gets as much traffic as the canary, by weight',
        found,
      );
    }
  }),

  rule(['baseline', 'metrics', 'judge', 'tracks'], ({ baseline, metrics, judge, tracks }, report) => {
    if (baseline !== 'fresh') return;
    const scored = scoredNames(judge);
    let compared = 0;
    for (const [at, metric] of metrics.entries()) {
      if (!scored.has(metric.name) && !isCompared(metric) && !hasRatio(metric)) continue;
      compared += 1;
      checkBaseline(metric, at, tracks, report);
    }
    if (compared === 0)
      report(['baseline'], 'a metric that is compared: nothing here asks what a baseline does', 'fresh');
  }),
];

function hasRatio(metric: Shape['metrics'][number]): boolean {
  return 'maxRatio' in metric && (metric.maxRatio !== undefined || metric.minRatio !== undefined);
}
