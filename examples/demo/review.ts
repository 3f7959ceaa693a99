import pc from 'picocolors';
import { duration } from '../../src/text/duration.ts';
import { count, number, percent, perSecond } from '../../src/text/number.ts';
import type { Traffic } from '../platform/traffic.ts';
import type { Page } from './page.ts';
import type { FollowedRollout } from './release.ts';
import { plausible } from './users.ts';

/** What there is to review: both rollouts, and all that users saw. */
export interface Performance {
  bad: FollowedRollout;
  good: FollowedRollout;
  seen: ReturnType<Traffic['seen']>;
  /** Of live traffic. */
  seconds: number;
}

const leastRate = 100;
const weights = [5, 25, 50, 100];

/** What users saw over all. */
export function summarize(page: Page, { bad, good, seen, seconds }: Performance): void {
  page.heading('What users saw');
  page.row(
    'all',
    `${count(seen.requests, 'request')} in ${duration(Math.round(seconds) * 1000)} (${perSecond(Math.round(seen.requests / seconds))}), ${count(seen.errors, 'error')}`,
  );
  const { requests, errors } = bad.exposure;
  page.row(
    bad.version,
    `${pc.red(outcomeOf(bad))}: users were exposed to it for ${duration(bad.exposure.seconds * 1000)}, ` +
      `${count(requests, 'request')} exposed, ${number(errors)} failed`,
  );
  const shares = good.steps.map(({ weight, seen }) => `${percent(seen.canary)} at ${weight}%`);
  page.row(
    good.version,
    `${pc.green(outcomeOf(good))}: ${count(good.exposure.requests, 'request')}, ${number(good.exposure.errors)} failed; ` +
      `it got ${shares.join(', ')}`,
  );
}

/** What is not as it should be, one sentence each; nothing, if the demo shows what it is to show. */
export function shortcomings({ bad, good, seen, seconds }: Performance): string[] {
  const found = [...endedAs(bad, 'rolled-back'), ...endedAs(good, 'promoted')];
  if (bad.exposure.errors === 0) found.push(`${bad.version} showed no user an error`);
  const stepped = good.steps.map(({ weight }) => weight).join(', ');
  if (stepped !== weights.join(', '))
    found.push(`${good.version} went through ${stepped || 'no step'}, not ${weights.join(', ')}`);
  // A bad version may be gone again within one look; that users met it is seen by their errors.
  const met = bad.steps.filter(({ seen: { requests } }) => requests > 0);
  for (const { version, steps } of [{ ...bad, steps: met }, good])
    for (const { weight, seen: stretch } of steps)
      if (!plausible(weight, stretch))
        found.push(
          `${version} at ${weight}% got ${percent(stretch.canary)} of ${count(stretch.requests, 'request')}`,
        );
  if (seen.requests / seconds < leastRate) found.push(`users sent fewer than ${perSecond(leastRate)}`);
  return found;
}

function endedAs({ version, ending }: FollowedRollout, outcome: string): string[] {
  if (ending.how !== 'completed') return [`${version} ${ending.how}: ${ending.text}`];
  const { result } = ending;
  return [
    ...(result.outcome === outcome
      ? []
      : [`${version} ended ${result.outcome}, not ${outcome}: ${result.cause}`]),
    ...(result.verified ? [] : [`the end of ${version} was not read back`]),
  ];
}

function outcomeOf({ ending }: FollowedRollout): string {
  if (ending.how !== 'completed') return ending.how;
  return `${ending.result.outcome}${ending.result.verified ? ', verified' : ', not verified'}`;
}
