import type { Criterion } from './criteria.ts';
import type { Gathered, Pool } from './evidence.ts';
import type { LimitEvidence } from './verdict.ts';
import { count, number, percent } from '../text/number.ts';
import { milliseconds } from '../text/duration.ts';

/** What one look says before it is asked how many failed looks decide; `because` is without the metric's name. */
export interface Look {
  kind: 'pass' | 'fail' | 'inconclusive';
  because: string;
  /** Of a metric that has a limit of its own. */
  evidence?: LimitEvidence;
}

/** Holds a status against the good ones. */
export function lookAtStatus({ ok = [] }: Criterion, status: string): Look {
  if (ok.includes(status)) return { kind: 'pass', because: `"${status}"` };
  const good = ok.map((one) => `"${one}"`).join(' or ');
  return { kind: 'fail', because: `"${status}" where ${good} is wanted` };
}

/** Holds what was gathered against every condition: one that fails decides, and all must pass. */
export function lookAtNumbers(criterion: Criterion, gathered: Gathered): Look {
  const look = heldAgainst(criterion, gathered);
  const { max, min } = criterion;
  return max === undefined && min === undefined
    ? look
    : { ...look, evidence: { canary: gathered.canary, max, min } };
}

function heldAgainst(criterion: Criterion, gathered: Gathered): Look {
  const looks = [
    ...absolute(criterion, gathered.canary),
    ...(criterion.maxRatio === undefined ? [] : [atMostRatio(criterion, criterion.maxRatio, gathered)]),
    ...(criterion.minRatio === undefined ? [] : [atLeastRatio(criterion, criterion.minRatio, gathered)]),
  ];
  const [first] = looks;
  if (first === undefined) {
    return {
      kind: 'inconclusive',
      because: `${measured(criterion, gathered.canary)}, reported without a condition`,
    };
  }
  const deciding =
    looks.find(({ kind }) => kind === 'fail') ?? looks.find(({ kind }) => kind === 'inconclusive');
  return deciding ?? { kind: 'pass', because: looks.map(({ because }) => because).join(' and ') };
}

function absolute(criterion: Criterion, canary: Pool): Look[] {
  const { max, min } = criterion;
  const found = measured(criterion, canary);
  const looks: Look[] = [];
  if (max !== undefined) looks.push(atMost(mean(canary), max, found, amount(criterion, max)));
  if (min !== undefined) looks.push(atLeast(mean(canary), min, found, amount(criterion, min)));
  return looks;
}

function atMost(value: number, limit: number, found: string, allowed: string): Look {
  return value <= limit
    ? { kind: 'pass', because: `${found}, at most ${allowed} allowed` }
    : { kind: 'fail', because: `${found}, more than the ${allowed} allowed` };
}

function atLeast(value: number, limit: number, found: string, wanted: string): Look {
  return value >= limit
    ? { kind: 'pass', because: `${found}, at least ${wanted} wanted` }
    : { kind: 'fail', because: `${found}, less than the ${wanted} wanted` };
}

/**
 * At most so many times stable's. No events among stable's n exposures do not show a rate of 0: it is taken as
 * 3/n, the upper end of its 95% confidence interval (the rule of three: Hanley and Lippman-Hand, "If nothing
 * goes wrong, is everything all right?", JAMA 249, 1983), so that one error alone does not fail a canary, and
 * many do.
 */
function atMostRatio(criterion: Criterion, limit: number, { canary, stable }: Gathered): Look {
  const allowed = `${number(limit)} ×`;
  if (mean(stable) > 0) {
    const found = comparison(criterion, canary, stable);
    return atMost(mean(canary), limit * mean(stable), found, allowed);
  }
  if (criterion.kind !== 'rate') return withoutRatio(criterion, canary, stable);
  const hidden = Math.min(1, 3 / stable.n);
  const found = `${measured(criterion, canary)} against none of stable's ${number(stable.n)} (taken as ${percent(hidden)})`;
  return atMost(mean(canary), limit * hidden, found, allowed);
}

function atLeastRatio(criterion: Criterion, limit: number, { canary, stable }: Gathered): Look {
  if (mean(stable) > 0) {
    const found = comparison(criterion, canary, stable);
    return atLeast(mean(canary), limit * mean(stable), found, `${number(limit)} ×`);
  }
  if (criterion.kind !== 'rate') return withoutRatio(criterion, canary, stable);
  const found = `${measured(criterion, canary)} against none of stable's ${number(stable.n)}`;
  return { kind: 'pass', because: found };
}

/** Nothing is a multiple of 0, and a multiple of a negative value means the opposite. */
function withoutRatio(criterion: Criterion, canary: Pool, stable: Pool): Look {
  const values = `${amount(criterion, mean(canary))} against stable's ${amount(criterion, mean(stable))}`;
  return mean(canary) === 0 && mean(stable) === 0
    ? { kind: 'pass', because: values }
    : { kind: 'inconclusive', because: `${values}, of which there is no multiple to compare with` };
}

function comparison(criterion: Criterion, canary: Pool, stable: Pool): string {
  const values = `${amount(criterion, mean(canary))} against ${amount(criterion, mean(stable))}`;
  return `${number(mean(canary) / mean(stable))} × stable's (${values})`;
}

function mean({ sum, n }: Pool): number {
  return sum / n;
}

function measured(criterion: Criterion, pool: Pool): string {
  const value = amount(criterion, mean(pool));
  if (criterion.kind === 'rate') return `${number(pool.sum)} of ${count(pool.n, 'request')} (${value})`;
  if (criterion.kind === 'latency') return `p${String(criterion.percentile ?? 99)} ${value}`;
  return pool.n === 1 ? value : `mean ${value} of ${count(pool.n, 'tick')}`;
}

function amount({ kind }: Criterion, value: number): string {
  if (kind === 'rate') return percent(value);
  return kind === 'latency' ? milliseconds(value) : number(value);
}
