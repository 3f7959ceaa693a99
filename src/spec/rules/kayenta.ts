import { judgesTest } from '../../domain/sources.ts';
import { mostPoints } from '../../judge/kayenta/scoring.ts';
import { fewestPoints } from '../../judge/kayenta/strict-data.ts';
import { isKayenta } from '../judges.ts';
import { limits } from '../comparison.ts';
import type { Shape } from '../shape.ts';
import { durationText } from '../values.ts';
import { rule, type Report } from './rule.ts';
import { checkTracks } from './tracks.ts';

type Metric = Shape['metrics'][number];

/** What the configuration says in their place. */
const ofTheConfiguration = [...limits, 'failAbove', 'passBelow', 'countBy', 'noise', 'failures'] as const;

const kinds: readonly Metric['kind'][] = ['rate', 'value', 'gauge'];

export const kayentaRules = [
  rule(['judge', 'metrics', 'tracks'], ({ judge, metrics, tracks }, report) => {
    if (!isKayenta(judge)) return;
    for (const [of, { name }] of judge.config.metrics.entries()) {
      const at = metrics.findIndex((metric) => metric.name === name);
      const metric = metrics[at];
      if (metric !== undefined) checkScored(metric, at, tracks, report);
      else report(['judge', 'config', 'metrics', of, 'name'], 'the name of one of the metrics of this spec');
    }
  }),

  rule(['judge', 'every'], ({ judge, every }, report) => {
    if (!isKayenta(judge)) return;
    const { step, interval = step, lookback, mode } = judge;
    if (step < every) report(['judge', 'step'], `at least ${durationText(every)}, which is every`);
    if (interval < step) report(['judge', 'interval'], `at least ${durationText(step)}, which is step`);
    if (lookback === undefined) return;
    const [least, most] = [mode === 'strict' ? fewestPoints : 1, mostPoints];
    if (lookback >= least * step && lookback < (most + 1) * step) return;
    report(
      ['judge', 'lookback'],
      `${durationText(least * step)} to ${durationText(most * step)}: ${least} to ${most} points of ${durationText(step)}`,
    );
  }),

  rule(['judge', 'steps', 'despite'], ({ judge, steps, despite }, report) => {
    if (!isKayenta(judge) || despite !== undefined) return;
    const { step, interval = step, lookback, mode } = judge;
    const bakes = steps.flatMap((one, at) =>
      'approve' in one || one.weight === 100 ? [] : [{ at, max: longest(one) }],
    );
    const points = mode === 'strict' ? fewestPoints : 1;
    const least = Math.max(interval, points * step);
    for (const { at, max } of bakes) {
      if (max >= least) continue;
      report(
        ['steps', at, 'bake'],
        `at least ${durationText(least)}, or a shorter step or interval of the judge: it looks first at ${points} points of ${durationText(step)}, and each ${durationText(interval)}`,
        durationText(max),
      );
    }
    const most = Math.max(0, ...bakes.map(({ max }) => max));
    if (lookback !== undefined || most <= mostPoints * step) return;
    report(
      ['judge'],
      `a lookback, or a step of at least ${durationText(Math.ceil(most / mostPoints / 1000) * 1000)}: at most ${mostPoints} points are held`,
      `no lookback and a bake of ${durationText(most)}, which is ${Math.ceil(most / step)} points of ${durationText(step)}`,
    );
  }),
];

function checkScored(metric: Metric, at: number, tracks: Shape['tracks'], report: Report): void {
  if (!kinds.includes(metric.kind)) {
    report(
      ['metrics', at, 'kind'],
      `one of ${kinds.join(', ')}: the judge's configuration names this metric`,
    );
  }
  if (judgesTest(metric)) {
    report(
      ['metrics', at, 'source', 'type'],
      "http: the judge's configuration names this metric, and compares with stable",
    );
  }
  for (const key of ofTheConfiguration) {
    if ((metric as Partial<Record<typeof key, unknown>>)[key] === undefined) continue;
    report(
      ['metrics', at, key],
      `no ${key}: the judge's configuration names this metric and says what is harm`,
    );
  }
  if (!metric.gating) {
    report(
      ['metrics', at, 'gating'],
      "no gating: the judge's configuration names this metric; mute it there",
    );
  }
  checkTracks(metric, at, 'the score', tracks, report);
}

function longest({ bake }: { bake: number | { max: number } }): number {
  return typeof bake === 'number' ? bake : bake.max;
}
