import type { Window } from '../../../src/judge/samples.ts';
import { literalPattern } from '../../../src/text/literal-pattern.ts';
import { answerLimits } from '../../answer-limits.ts';
import type { Call } from '../../ports.ts';
import type { Api } from './api.ts';
import type { Series } from './series.ts';
import { earliestOf } from './freshness.ts';
import type { Scrapes } from './targets.ts';
import { Unreadable } from './unreadable.ts';

/** What was scraped of the targets of series. */
export async function scrapesOf(
  api: Api,
  series: readonly Series[],
  range: Window,
  call: Call,
): Promise<Scrapes> {
  const { jobs, instances } = targetsOf(series);
  if (jobs.length === 0) return { up: [], starts: [] };
  if (jobs.length > answerLimits.jobs) {
    throw new Unreadable(
      `${api.place}: the series come from ${String(jobs.length)} jobs, at most ${String(answerLimits.jobs)} are read; name the service in the selectors`,
    );
  }
  const job = jobMatcher(jobs);
  const patterns = patternsOf(instances);
  const of = async (name: string): Promise<Series[]> => {
    const found: Series[] = [];
    for (const pattern of patterns) {
      const selector = `${name}{${job},instance=~${JSON.stringify(pattern)}}`;
      found.push(...(await api.samples(selector, range, call)));
    }
    return found;
  };
  const [up, starts] = await Promise.all([of('up'), of('process_start_time_seconds')]);
  return { up, starts };
}

/** The jobs and instances that series were scraped from. */
function targetsOf(series: readonly Series[]): { jobs: string[]; instances: string[] } {
  const scraped = series.filter(
    ({ labels: { job, instance } }) => job !== undefined && instance !== undefined,
  );
  const valuesOf = (label: string): string[] => [
    ...new Set(scraped.map(({ labels }) => labels[label] ?? '')),
  ];
  return { jobs: valuesOf('job'), instances: valuesOf('instance') };
}

/** Of a pattern in a query, which is part of a URL that proxies cut off at 8 KiB. */
const patternCharacters = 3_000;

/** Patterns that match each of some instances; a dot is left as it is, for it would take three times as much. */
function patternsOf(instances: readonly string[]): string[] {
  const patterns: string[] = [];
  for (const instance of instances) {
    const pattern = literalPattern(instance).replaceAll('\\.', '.');
    const last = patterns.at(-1);
    if (last === undefined || last.length + pattern.length > patternCharacters) patterns.push(pattern);
    else patterns[patterns.length - 1] = `${last}|${pattern}`;
  }
  return patterns;
}

function jobMatcher(jobs: readonly string[]): string {
  return `job=~${JSON.stringify(jobs.map(literalPattern).join('|'))}`;
}

/** Steps of the question since when jobs are scraped. */
const steps = 500;

/**
 * When any target of the jobs of series was scraped first, in a stretch of time (ms since 1970); Infinity: none was. Where
 * none of those that count is older than the stretch, such as a canary's alone, the others of their jobs tell.
 */
export async function scrapedSince(
  api: Api,
  series: readonly Series[],
  { up }: Scrapes,
  range: Window,
  call: Call,
): Promise<number> {
  const earliest = earliestOf(up);
  const step = (range.to - range.from) / steps;
  if (earliest === Infinity || earliest <= range.from + step) return earliest;
  const [any] = await api.steps(`count(up{${jobMatcher(targetsOf(series).jobs)}})`, range, step, call);
  return Math.min(earliest, any?.samples[0]?.at ?? Infinity);
}
