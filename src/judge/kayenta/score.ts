import type { Label } from './classify.ts';
import type { ScoreThresholds } from './config.ts';
import { roundHalfUp } from './round.ts';

/** What the score needs of a metric. */
export interface Scored {
  groups: readonly string[];
  classification: Label;
  critical: boolean;
  reason: string | null;
}

export interface GroupScore {
  name: string;
  /** 0 to 100; 0 where nothing was counted, though it then counts as 100. */
  score: number;
  /** In per cent of the whole score. */
  weight: number;
}

export interface Score {
  /** 0 to 100, with two decimals, unless the weights add up to something else than 100. */
  score: number;
  /** Why the score is 0 whatever the groups say; else empty. */
  reason: string;
  groups: GroupScore[];
}

/** The score of metrics, none of them muted. */
export function scoreOf(metrics: readonly Scored[], groupWeights: Readonly<Record<string, number>>): Score {
  const groups = groupScores(metrics, groupWeights);
  const reported = groups.map(({ name, score, weight }) => ({ name, score: score ?? 0, weight }));
  const failed = metrics.find(({ critical, classification }) => critical && classification !== 'Pass');
  if (failed !== undefined) {
    return { score: 0, reason: `Canary Failed: ${failed.reason}`, groups: reported };
  }
  const without = metrics.filter(({ classification }) => classification === 'Nodata').length;
  if ((without / metrics.length) * 100 >= 50) {
    return { score: 0, reason: 'Canary Failed: 50% or more metrics returned NODATA', groups: reported };
  }
  const total = groups.reduce((sum, { score, weight }) => sum + (score ?? 100) * (weight / 100), 0);
  return { score: roundHalfUp(total, 2), reason: '', groups: reported };
}

/** Pass from the one threshold on, Marginal from the other on. */
export function classifyScore(
  score: number,
  { pass, marginal }: ScoreThresholds,
): 'Pass' | 'Marginal' | 'Fail' {
  if (score >= pass) return 'Pass';
  return score >= marginal ? 'Marginal' : 'Fail';
}

/** Without a score where nothing in the group was counted. */
function groupScores(
  metrics: readonly Scored[],
  groupWeights: Readonly<Record<string, number>>,
): { name: string; score: number | undefined; weight: number }[] {
  const names = [...new Set(metrics.flatMap(({ groups }) => groups))];
  const given = new Map(Object.entries(groupWeights));
  const sum = [...given.values()].reduce((total, weight) => total + weight, 0);
  const left = (100 - sum) / names.filter((name) => !given.has(name)).length;
  return names.map((name) => {
    const labels = metrics.flatMap(({ groups, classification }) =>
      groups.filter((group) => group === name).map(() => classification),
    );
    return { name, score: groupScore(labels), weight: given.get(name) ?? left };
  });
}

function groupScore(labels: readonly Label[]): number | undefined {
  const counted = labels.filter((label) => label !== 'Nodata' && label !== 'Error');
  const passed = counted.filter((label) => label === 'Pass');
  return counted.length === 0 ? undefined : (passed.length / counted.length) * 100;
}
