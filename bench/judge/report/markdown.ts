import type { Cells } from '../cells.ts';
import type { Signal } from '../observed.ts';
import type { ForecastError } from '../forecast-error.ts';
import { minutesAndSeconds } from '../progress.ts';
import { highestFalseAlarms, ranked } from '../ranking.ts';
import { bakeMinutes } from '../rules/rule.ts';
import { runsOf } from '../settings.ts';
import { effects } from '../world/effects.ts';
import { wilson } from '../wilson.ts';
import { worlds } from '../world/worlds.ts';
import { minutes, percent, requests, share, shareWithBound } from './figures.ts';
import { goalTable } from './goals.ts';
import { plotNames } from './plots.ts';
import { forecastTable } from './forecasts.ts';
import type { RunFacts } from './run-facts.ts';
import { figureTable, harmIn, rankingTable, worldTable } from './tables.ts';

const signals: readonly Signal[] = ['errors', 'latency', 'gauge'];

/** What the terminal shows: who is safe and soonest, and our goals. */
export function summaryLines(cells: Cells, facts: RunFacts): string[] {
  return [
    ...factLines(facts),
    '',
    ...signals.flatMap((signal) => [rankingTitle(signal), '', ...rankingTable(cells, signal), '']),
    'Goals, beside what was measured: median (90th percentile); share (upper bound)',
    '',
    ...goalTable(cells),
  ];
}

/** The whole report, as a page. */
export function markdownPage(cells: Cells, forecasts: readonly ForecastError[], facts: RunFacts): string {
  return [
    '# Rules that judge canary releases, compared',
    '',
    ...factLines(facts),
    '',
    ...dayLines(cells, facts),
    "Written by `npm run bench:judge`; every run's verdicts are in `verdicts.json.gz`, the figures in `results.json`.",
    '',
    '## Ranking',
    '',
    `Ranked is who is safe in every world: the upper end of the 95% interval (Wilson) of false alarms over 24 hours is ` +
      `at most ${percent(highestFalseAlarms)}. The place is by the canary's requests until harm is found, the ` +
      'geometric mean over worlds of the median; where it is not found, until the end of the run.',
    '',
    ...signals.flatMap((signal) => [`### ${rankingTitle(signal)}`, '', ...rankingTable(cells, signal), '']),
    '## Goals',
    '',
    'Median (90th percentile), share (upper bound).',
    '',
    ...goalTable(cells),
    '',
    '## Forecast error',
    '',
    'Minutes until harm is found, and until a clean release passes, as `coalmine forecast` simulates them with what a day of ' +
      "stable's history says, beside those that were measured: median (90th percentile).",
    '',
    ...forecastTable(forecasts),
    '',
    ...plotNames.map((name) => `![${name.replaceAll('-', ' ')}](${name}.svg)\n`),
    '## Worlds',
    '',
    ...Object.entries(worlds).map(([name, { title }]) => `- \`${name}\`: ${title}`),
    '',
    "100 requests a second, 5% of them the canary's, 0.5% errors, a tick every 15s, unless the line says otherwise. " +
      'Noise of a pod multiplies its errors; its latencies are multiplied by the fifth root of that, and its gauge ' +
      'moves by as many standard deviations as the factor is away from 1.',
    '',
    `Rules that pass by the clock do so after ${bakeMinutes} minutes, Kayenta with one look after its look. For latency ` +
      'fixed thresholds take a p99 of 0.5s, the z-test requests over 0.5s, Kayenta the p99 of each minute. Kayenta ' +
      'compares with a fresh copy of stable of the size of the canary, unless its line says otherwise. The oracles know ' +
      "the world's law, the incident, when harm begins and how large it is: nobody can do much better.",
    '',
    ...signals.flatMap((signal) => signalSection(cells, signal)),
  ].join('\n');
}

function factLines({ settings, threads, took }: RunFacts): string[] {
  const { seed, runs } = settings;
  const lines = [
    `Seed ${seed}; ${runs} runs of 24 hours without harm and ${runsOf(settings, 'errors-3')} of 12 hours for each ` +
      `effect, in each world; ${minutesAndSeconds(took)} minutes on ${threads} threads.`,
  ];
  if (wilson(0, runs).high <= highestFalseAlarms) return lines;
  return [
    ...lines,
    '',
    `So few runs show no rule to be safe: a rule without one false alarm in them may still have ` +
      `${percent(wilson(0, runs).high)}, and ${percent(highestFalseAlarms)} is the most that is allowed.`,
  ];
}

/** Which rules were asked on which day, where that was not the same one for all; a rule's worlds only where they are not all. */
function dayLines(cells: Cells, { settings, day }: RunFacts): string[] {
  const days = new Map<string, Map<string, Set<string>>>();
  for (const { world, rule, on = day } of cells.all) {
    const rules = days.get(on) ?? new Map<string, Set<string>>();
    days.set(on, rules.set(rule, (rules.get(rule) ?? new Set()).add(world)));
  }
  if (days.size < 2) return [];
  const said = (rule: string, on: ReadonlySet<string>): string =>
    on.size === settings.worlds.length ? rule : `${rule} (${[...on].join(', ')})`;
  return [
    'Measured on different days:',
    '',
    ...[...days]
      .toSorted(([one], [other]) => other.localeCompare(one))
      .map(([on, rules]) => `- ${on}: ${[...rules].map(([rule, where]) => said(rule, where)).join(', ')}`),
    '',
  ];
}

function rankingTitle(signal: Signal): string {
  return `${signal}, by ${effects[ranked[signal]].title}`;
}

function signalSection(cells: Cells, signal: Signal): string[] {
  const main = ranked[signal];
  const { title } = effects[main];
  const by = (what: string, lines: string[]): string[] => [`### ${what}`, '', ...lines, ''];
  return [
    `## ${signal}`,
    '',
    ...by(
      'False alarms within 24 hours (upper bound)',
      worldTable(cells, signal, 'none', (found) => shareWithBound(found?.falseAlarms)),
    ),
    ...by(
      'False alarms within an hour (upper bound)',
      worldTable(cells, signal, 'none', (found) => shareWithBound(found?.falseAlarmsInAnHour)),
    ),
    ...by(
      'Minutes until a clean release passes: median (90th percentile)',
      worldTable(cells, signal, 'none', (found) => minutes(found?.minutesToPass)),
    ),
    ...by(
      'Neither passed nor failed, without harm',
      worldTable(cells, signal, 'none', (found) => share(found?.inconclusive)),
    ),
    ...by(
      `${title}: minutes until found, median (90th percentile)`,
      worldTable(cells, signal, main, (found) => minutes(found?.minutes)),
    ),
    ...by(
      `${title}: requests exposed until found, median (90th percentile)`,
      worldTable(cells, signal, main, (found) => requests(found?.requests)),
    ),
    ...by(
      `${title}: missed`,
      worldTable(cells, signal, main, (found) => share(found?.missed)),
    ),
    ...harmIn(signal).flatMap((effect) =>
      by(
        `${effects[effect].title} among independent requests`,
        figureTable(
          cells,
          { world: 'iid', effect, signal },
          {
            'minutes until found': (found) => minutes(found.minutes),
            'requests exposed': (found) => requests(found.requests),
            missed: (found) => share(found.missed),
            'false passes': (found) => shareWithBound(found.falsePasses),
            inconclusive: (found) => share(found.inconclusive),
          },
        ),
      ),
    ),
    ...harmIn(signal).flatMap((effect) =>
      by(
        `${effects[effect].title}: passed although harmed`,
        worldTable(cells, signal, effect, (found) => share(found?.falsePasses)),
      ),
    ),
    ...(signal === 'errors'
      ? by(
          'Errors halved: minutes until it passes, median (90th percentile)',
          worldTable(cells, signal, 'improvement', (found) => minutes(found?.minutesToPass)),
        )
      : []),
  ];
}
