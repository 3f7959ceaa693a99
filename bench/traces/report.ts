import type { Cell, Cells } from '../judge/cells.ts';
import type { Measures } from '../judge/measures.ts';
import { every, type Signal } from '../judge/observed.ts';
import { minutesAndSeconds } from '../judge/progress.ts';
import { percent, requests, share, shareWithBound } from '../judge/report/figures.ts';
import { table } from '../judge/report/table.ts';
import { rules } from '../judge/rules/registry.ts';
import type { Trace } from './form.ts';
import { harms, type HarmName } from './harms.ts';
import type { Options } from './options.ts';
import { plotNames } from './plots.ts';
import { ourRules, settings, settingsFor, worldOf, type SettingName } from './settings.ts';
import { hoursOf } from './span.ts';

/** How the benchmark was run. */
export interface Facts {
  settings: Options;
  traces: readonly Trace[];
  done: number;
  jobs: number;
  /** Milliseconds. */
  took: number;
}

/** How often a rule may take a healthy canary back, as our presets promise. */
const alpha = 0.01;

/** The whole report, as a page. */
export function markdownPage(cells: Cells, facts: Facts): string {
  return [
    '# Rules that judge canary releases, on real traces',
    '',
    ...factLines(facts),
    '',
    'Written by `npm run bench:traces`; what the traces are and how they are split: ' +
      '[bench/traces/README.md](../traces/README.md). The same rules in simulated worlds: [results.md](results.md).',
    '',
    '## Where `alpha` does not hold',
    '',
    `Canaries without harm that our presets, whose \`alpha\` is ${percent(alpha)}, took back more often than that: for ` +
      'certain where the whole 95% interval (Wilson) lies above it.',
    '',
    ...uncovered(cells),
    '',
    ...plotNames.map((name) => `![${name.replaceAll('-', ' ')}](${name}.svg)\n`),
    '## Settings',
    '',
    ...(Object.keys(settings) as SettingName[]).map((name) => `- \`${name}\`: ${settings[name].title}`),
    '',
    ...facts.traces.flatMap((trace) => traceSection(cells, trace, facts)),
  ].join('\n');
}

/** The table of the cells without harm in which a preset of ours was wrong more often than it promises. */
export function uncovered(cells: Cells): string[] {
  const beyond = cells.all.filter(
    ({ effect, rule, measures }) =>
      effect === 'none' && ourRules.includes(rule) && measures.falseAlarms.share > alpha,
  );
  if (beyond.length === 0) return [`Nowhere: no preset took back more than ${percent(alpha)}.`];
  const rows = beyond
    .toSorted((a, b) => b.measures.falseAlarms.share - a.measures.falseAlarms.share)
    .map(({ world, signal, rule, measures: { falseAlarms, runs } }) => [
      rule,
      world,
      signal,
      `${percent(falseAlarms.share)} of ${runs}`,
      `${percent(falseAlarms.low)} to ${percent(falseAlarms.high)}`,
      falseAlarms.low > alpha ? 'yes' : 'no',
    ]);
  return table(['rule', 'where', 'signal', 'taken back', '95% interval', 'for certain'], rows, [0, 1, 2]);
}

function factLines({ settings: { seed, runs, weight }, done, jobs, took }: Facts): string[] {
  const lines = [
    `Seed ${seed}; ${runs} runs without harm and ${Math.ceil(runs / 2)} of each harm, of each trace and setting; the canary gets ` +
      `${percent(weight)} of the traffic; a tick every ${every}s; ${minutesAndSeconds(took)} minutes.`,
  ];
  return done === jobs ? lines : [...lines, '', `Cut short: ${done} of ${jobs} parts of the work were done.`];
}

function traceSection(cells: Cells, trace: Trace, { settings: { hours } }: Facts): string[] {
  const days = ((trace.time.at(-1) ?? 0) - (trace.time[0] ?? 0)) / 86_400;
  const requests = trace.count.reduce((sum, count) => sum + count, 0);
  const bad = trace.bad?.reduce((sum, one, row) => sum + one * (trace.count[row] ?? 0), 0) ?? null;
  const facts = [
    `${days.toFixed(1)} days`,
    `${Math.round(requests).toLocaleString('en-GB')} ${trace.value === null ? 'requests' : 'readings'}`,
    ...(bad === null ? [] : [`${percent(bad / requests)} bad`]),
    ...(trace.user === null ? [] : [`${trace.user.all.length.toLocaleString('en-GB')} users`]),
    ...(trace.copy === null ? [] : [`${trace.copy.all.length} copies`]),
    `runs of ${hoursOf(trace, hours)} h`,
  ];
  const signals = (['errors', 'latency', 'gauge'] as const).filter((signal) =>
    cells.all.some((cell) => isOf(cell, trace) && cell.signal === signal),
  );
  return [
    `## ${trace.name}`,
    '',
    `${facts.join(', ')}.`,
    '',
    ...signals.flatMap((signal) => signalSection(cells, trace, signal)),
  ];
}

function signalSection(cells: Cells, trace: Trace, signal: Signal): string[] {
  const shown = cells.all.filter((cell) => isOf(cell, trace) && cell.signal === signal);
  const effects = (Object.keys(harms) as HarmName[]).filter((effect) =>
    shown.some((cell) => cell.effect === effect),
  );
  return effects.flatMap((effect) => {
    const figure = harms[effect].isHarm ? harmed : (found: Measures) => shareWithBound(found.falseAlarms);
    const what = harms[effect].isHarm
      ? 'missed; requests exposed until found, median (90th percentile)'
      : 'taken back (upper bound)';
    return [
      `### ${trace.name}, ${signal}, ${harms[effect].title}: ${what}`,
      '',
      ...settingTable(cells, trace, signal, effect, figure),
      '',
    ];
  });
}

function harmed(found: Measures): string {
  return `${share(found.missed)}; ${requests(found.requests)}`;
}

function settingTable(
  cells: Cells,
  trace: Trace,
  signal: Signal,
  effect: HarmName,
  figure: (measures: Measures) => string,
): string[] {
  const text = (setting: SettingName, rule: string): string => {
    const found = cells.find({ world: worldOf(trace.name, setting), effect, signal, rule });
    return found === undefined ? '–' : figure(found);
  };
  const names = settingsFor(trace).filter((name) =>
    cells.all.some(
      (cell) => cell.world === worldOf(trace.name, name) && cell.effect === effect && cell.signal === signal,
    ),
  );
  const shown = rules.filter(({ name }) => names.some((setting) => text(setting, name) !== '–'));
  return table(
    ['rule', ...names],
    shown.map(({ name, title }) => [title, ...names.map((setting) => text(setting, name))]),
  );
}

function isOf({ world }: Cell, trace: Trace): boolean {
  return settingsFor(trace).some((name) => worldOf(trace.name, name) === world);
}
