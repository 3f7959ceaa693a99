import type { Cells } from '../cells.ts';
import type { Measures, Share, Spread } from '../measures.ts';
import type { Signal } from '../observed.ts';
import type { EffectName } from '../world/effects.ts';
import type { WorldName } from '../world/worlds.ts';
import { minutes, requests, shareWithBound } from './figures.ts';
import { table } from './table.ts';

/** What our judge is to reach, and by which cell that is seen. */
interface Goal {
  title: string;
  /** In words, for each preset; a dash where nothing is asked of it. */
  fast: string;
  default: string;
  measured: (rule: string) => string;
}

/** Our presets, what they grew from, and the bounds: of `fast`, and of `default`, which allows for 1.25 times. */
const columns = ['fast', 'default', 'prototype-fast', 'prototype-default', 'oracle', 'oracle-1.25'] as const;

/** The goals beside what each of ours, the prototype and the oracle has reached. */
export function goalTable(cells: Cells): string[] {
  const head = ['goal', 'asked of fast', 'of default', ...columns];
  return table(
    head,
    goalsOf(cells).map((goal) => [goal.title, goal.fast, goal.default, ...columns.map(goal.measured)]),
  );
}

function goalsOf(cells: Cells): Goal[] {
  const cell = <T>(
    world: WorldName,
    effect: EffectName,
    signal: Signal,
    pick: (measures: Measures) => T,
  ): ((rule: string) => T | undefined) => {
    return (rule) => {
      const found = cells.find({ world, effect, signal, rule });
      return found === undefined ? undefined : pick(found);
    };
  };
  const toFind = ({ minutes: spread }: Measures): Spread => spread;
  const exposed = ({ requests: spread }: Measures): Spread => spread;
  const inNoise = (world: WorldName, title: string, prototype: string): Goal => ({
    title: `errors × 3, ${title}: minutes`,
    fast: '–',
    default: `half of prototype-default's (known: ${prototype})`,
    measured: (rule) => minutes(cell(world, 'errors-3', 'errors', toFind)(rule)),
  });
  const falseAlarms = (signal: Signal): Goal => ({
    title: `false alarms in 24 h, ${signal}, worst world`,
    fast: '≤ 2% (≤ 3%)',
    default: '≤ 2% (≤ 3%)',
    measured: (rule) => worst(cells, signal, rule),
  });
  return [
    falseAlarms('errors'),
    falseAlarms('latency'),
    falseAlarms('gauge'),
    {
      title: 'false alarms in 24 h, errors, independent requests',
      fast: '≤ 1%',
      default: '≤ 1%',
      measured: (rule) => shareWithBound(cell('iid', 'none', 'errors', (found) => found.falseAlarms)(rule)),
    },
    {
      title: 'errors × 3: requests exposed',
      fast: '≤ 850',
      default: '≤ 1,420',
      measured: (rule) => requests(cell('iid', 'errors-3', 'errors', exposed)(rule)),
    },
    inNoise('batch', 'in batches', '30'),
    inNoise('gamma', 'noise per minute', '9'),
    inNoise('autoregression', 'AR(1) noise', '46'),
    {
      title: 'p99 × 2: requests exposed',
      fast: '≤ 150',
      default: '≤ 150',
      measured: (rule) => requests(cell('iid', 'p99-2', 'latency', exposed)(rule)),
    },
    {
      title: 'p99 × 2: minutes',
      fast: '–',
      default: '≤ 2',
      measured: (rule) => minutes(cell('iid', 'p99-2', 'latency', toFind)(rule)),
    },
    {
      title: 'errors × 3 from the seventh hour on: minutes',
      fast: '≤ 7',
      default: '≤ 7',
      measured: (rule) => minutes(cell('late', 'errors-3', 'errors', toFind)(rule)),
    },
    {
      title: 'a clean release passes: minutes',
      fast: '≤ 20',
      default: '≤ 20',
      measured: (rule) => minutes(cell('iid', 'none', 'errors', (found) => found.minutesToPass)(rule)),
    },
    {
      title: 'false passes at the margin (errors × 1.5)',
      fast: '≤ 5%',
      default: '≤ 5%',
      measured: (rule) =>
        shareWithBound(cell('iid', 'errors-1.5', 'errors', (found) => found.falsePasses)(rule)),
    },
  ];
}

/** The highest share of false alarms, and in which world that was. */
function worst(cells: Cells, signal: Signal, rule: string): string {
  const quiet = cells.all.filter(
    (cell) => cell.effect === 'none' && cell.signal === signal && cell.rule === rule,
  );
  const highest = quiet.reduce<{ world: string; share: Share } | null>((found, { world, measures }) => {
    const next = { world, share: measures.falseAlarms };
    return found === null || next.share.share > found.share.share ? next : found;
  }, null);
  return highest === null ? '–' : `${shareWithBound(highest.share)} ${highest.world}`;
}
