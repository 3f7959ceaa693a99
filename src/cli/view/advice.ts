import { number, perSecond } from '../../text/number.ts';
import type { Advice } from '../../domain/forecast/advice.ts';
import type { Change } from '../../domain/forecast/change.ts';
import type { CleanForecast } from '../../domain/forecast/clean.ts';
import { isPooled } from '../../domain/forecast/pace.ts';
import type { Usual } from '../../domain/forecast/plan.ts';
import type { Plan } from '../../spec/schema.ts';
import { durationText } from '../../spec/values.ts';
import { numbered, wholePercent } from './forecast-tables.ts';

/** What is wrong with a plan, and what to change. */
export function adviceText(plan: Plan, usual: Usual, clean: CleanForecast, advice: Advice): string {
  return `${problem(plan, usual, clean, advice)} ${remedy(plan, advice)}`;
}

function problem(plan: Plan, { rps }: Usual, { failed }: CleanForecast, { step, why }: Advice): string {
  const here = `step ${numbered(plan, step)}`;
  switch (why.kind) {
    case 'never':
      return `${why.metric} can never pass: its noise is not known.`;
    case 'false-alarm':
      return `${why.metric} takes ${wholePercent(failed[why.metric] ?? 0)} of clean releases back: ${
        isLookedAt(plan, why.metric)
          ? `chance alone breaks its limit in looks of ${number(sampleOf(plan, why.metric))}`
          : 'what is usual does not keep its limit'
      }.`;
    case 'silence':
      return `At ${perSecond(rps)} ${here} has too few of them for a verdict in the ${durationText(plan.onNoSignal.hold)} that onNoSignal.hold gives.`;
    case 'time':
      return `At ${perSecond(rps)} ${here} is too short for the pass that it wants.`;
  }
}

function remedy(plan: Plan, { step, why, changes }: Advice): string {
  if (why.kind === 'never') return `Give ${why.metric} a noise.sd, or gating: false.`;
  const [first] = changes;
  if (first === undefined) {
    if (why.kind === 'false-alarm' && !isLookedAt(plan, why.metric))
      return 'Raise its limit, or hold it against stable instead, without a limit of its own.';
    return why.kind === 'false-alarm'
      ? `No larger minSample mends that: leave its failures out, or hold it against stable, without a limit of its own.`
      : `No longer bake, wider canary or wider margin by itself mends that.`;
  }
  if (first.kind === 'sample') return `Set its minSample to ${first.minSample}.`;
  if (first.kind === 'patience') return `Set onNoSignal.hold to ${durationText(first.hold)}.`;
  const ways = changes.map(way).filter((text) => text !== '');
  const hold =
    first.hold > plan.onNoSignal.hold
      ? ` Set onNoSignal.hold to ${durationText(Math.max(...changes.map(holdOf)))} too.`
      : '';
  const it = first.step === step ? 'It' : `Step ${numbered(plan, first.step)}`;
  const needs =
    first.kind === 'time'
      ? `${it} needs a bake of up to ${durationText(first.max)}`
      : `${it} has no bake that is long enough`;
  return `${needs}${ways.length === 0 ? '' : `: widen ${ways.join(' or ')}`}.${hold}`;
}

function way(change: Change): string {
  if (change.kind === 'weight') return `the canary (weight ${change.weight}: ${durationText(change.max)})`;
  if (change.kind === 'margin')
    return `the margin (passBelow ${number(change.passBelow)}: ${durationText(change.max)})`;
  return '';
}

function holdOf(change: Change): number {
  return change.kind === 'sample' ? 0 : change.hold;
}

/** It is judged look by look. */
function isLookedAt({ metrics }: Plan, name: string): boolean {
  const metric = metrics.find((one) => one.name === name);
  return metric !== undefined && !isPooled(metric);
}

function sampleOf({ metrics }: Plan, name: string): number {
  const metric = metrics.find((one) => one.name === name);
  return metric !== undefined && 'minSample' in metric ? metric.minSample : 1;
}
