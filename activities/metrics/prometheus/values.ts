import type { Track } from '../../../src/domain/rollout.ts';
import type { Window } from '../../../src/judge/samples.ts';
import {
  isIdentifying,
  isSelector,
  parseExpression,
  parseSelector,
  selectorText,
  type Selector,
} from '../../../src/spec/prometheus/selector.ts';
import { sumsOrZero } from '../../../src/spec/prometheus/sums.ts';
import { duration } from '../../../src/text/duration.ts';
import type { Call } from '../../ports.ts';
import type { Api } from './api.ts';
import { checkCouldMatch, lookback, nameOf } from './counting.ts';
import { scrapesOf } from './scrapes.ts';
import type { Series } from './series.ts';
import { checkFresh, clock, intervalOf } from './freshness.ts';
import { Unreadable } from './unreadable.ts';

/** What is asked for one track, filled in. */
export interface AskedValue {
  text: string;
  /** Of each selector in the text, as {@link witnessesOf} has them. */
  witnesses: string[];
  track: Track;
  /** What it is where nothing is selected; undefined: nobody says. */
  absent: 'zero' | undefined;
}

/**
 * For each selector one that matches more: without the matchers that do not tell whose series they are. It has series
 * while the first has none only because there was no such event yet. Empty for one that tells nothing of whose they are.
 *
 * @param labels those that tell the tracks apart, where the spec says them: they are added to each selector
 */
export function witnessesOf(selectors: readonly Selector[], labels: readonly string[]): string[] {
  return selectors.map((selector) => {
    const matchers = selector.matchers.filter(
      (matcher) => isIdentifying(matcher) || labels.includes(matcher.label),
    );
    const isAnyones = matchers.length === 0 && labels.length === 0;
    return isAnyones ? '' : selectorText({ ...selector, matchers });
  });
}

/**
 * The value of a selector or an expression at the end of a window. What it selects has to be fresh; and where a part of an
 * expression selects nothing, or all of it, others have to show that its targets are scraped.
 *
 * @throws {Unreadable}
 */
export async function valueOf(
  api: Api,
  asked: AskedValue,
  window: Window,
  call: Call,
): Promise<{ value: number; interval: number }> {
  const { text, track, absent } = asked;
  const range = { from: window.from - lookback, to: window.to };
  const { own, beside, there } = await witnessed(api, asked, range, call);
  let interval = 0;
  if (beside.length === 0) await checkScraping(api, window, call);
  else {
    const scrapes = await scrapesOf(api, beside, range, call);
    interval = intervalOf(beside, scrapes);
    checkFresh(beside, scrapes, window, interval, nameOf(track));
  }
  const found = isSelector(text)
    ? meanOf(text, own, window, interval)
    : await answerOf(api, text, there, window, call);
  const value = found ?? (absent === 'zero' ? 0 : null);
  if (value === null) {
    throw new Unreadable(
      `${api.place}: ${text} gives nothing: add "or vector(0)" to what may be absent, or set absent: zero on the source`,
    );
  }
  if (!Number.isFinite(value)) {
    throw new Unreadable(
      `${api.place}: ${text} is ${String(value)}: it divides by 0, or asks for a quantile of less than two buckets`,
    );
  }
  return { value, interval };
}

/** The series of an expression's selectors, with which of them have any; and those of the witness of each that has none. */
async function witnessed(
  api: Api,
  { text, witnesses, absent }: AskedValue,
  range: Window,
  call: Call,
): Promise<{ own: Series[]; beside: Series[]; there: boolean[] }> {
  const selectors = parseExpression(text).map(selectorText);
  const found = await Promise.all(
    selectors.map(async (selector, at) => {
      const series = await api.samples(selector, range, call);
      const witness = witnesses[at] ?? '';
      const isAsked = series.length === 0 && witness !== '' && witness !== selector;
      return { selector, series, beside: isAsked ? await api.samples(witness, range, call) : series };
    }),
  );
  const there = found.map(({ series }) => series.length > 0);
  const empty = found.filter(({ series }) => series.length === 0);
  const own = found.flatMap(({ series }) => series);
  const seen = found.flatMap(({ beside }) => beside);
  const [first] = empty;
  if (first === undefined) return { own, beside: seen, there };
  if (isSelector(text) && absent === undefined) {
    throw new Unreadable(`${api.place}: nothing matches ${first.selector}`);
  }
  if (absent === undefined) {
    for (const { selector, beside } of empty) {
      const labels = beside.map((series) => ({ labels: series.labels, by: 0 }));
      await checkCouldMatch(api, selector, labels, call);
    }
  }
  return {
    own,
    there,
    beside: seen.length > 0 ? seen : await targetsOf(api, first.selector, witnesses, range, call),
  };
}

/** The `up` of the targets that witnesses name: whose series are not there, and who still have to be scraped. */
async function targetsOf(
  api: Api,
  selector: string,
  witnesses: readonly string[],
  range: Window,
  call: Call,
): Promise<Series[]> {
  const naming = witnesses.find((witness) => witness !== '');
  if (naming === undefined) return [];
  const up = await api.samples(selectorText({ ...parseSelector(naming), name: 'up' }), range, call);
  if (up.length === 0) throw new Unreadable(`${api.place}: nothing matches ${selector}`);
  return up;
}

/** Nothing is selected that could be fresh, and an expression is taken at its word: if the server scrapes at all. */
async function checkScraping(api: Api, { to }: Window, call: Call): Promise<void> {
  const [newest] = await api.values('max(timestamp(up))', to, call);
  const at = (newest?.value ?? 0) * 1000;
  if (at >= to - longestPause) return;
  throw new Unreadable(
    newest === undefined
      ? `${api.place} has scraped nothing for five minutes`
      : `${api.place} has scraped nothing since ${clock(at)}`,
  );
}

/** Twice the longest time between two scrapes that a rollout waits for (ms). */
const longestPause = 120_000;

/**
 * Scrapes are not quite regular, so that none may fall into a window as short as the time between two: then what is still
 * fresh counts.
 *
 * @returns null where there are no series
 * @throws {Unreadable} if nothing is fresh
 */
function meanOf(
  text: string,
  series: readonly Series[],
  { from, to }: Window,
  interval: number,
): number | null {
  if (series.length === 0) return null;
  const fresh = 2 * interval;
  const inside = meansOf(series, (at) => at > from);
  const means = inside.length > 0 ? inside : meansOf(series, (at) => at >= to - fresh);
  if (means.length === 0) throw new Unreadable(`${text} has no value of the last ${duration(fresh)}`);
  return means.reduce((so, mean) => so + mean, 0) / means.length;
}

/** Of each series that has samples at such times. */
function meansOf(series: readonly Series[], isMeant: (at: number) => boolean): number[] {
  return series
    .map(({ samples }) => samples.filter(({ at }) => isMeant(at)))
    .filter((samples) => samples.length > 0)
    .map((samples) => samples.reduce((so, { value }) => so + value, 0) / samples.length);
}

/** Where an expression has no answer, since a sum over nothing is nothing, such sums are taken as 0; null: still none. */
async function answerOf(
  api: Api,
  text: string,
  there: readonly boolean[],
  window: Window,
  call: Call,
): Promise<number | null> {
  const found = await expressionOf(api, text, window, call);
  if (found !== null) return found;
  const complete = sumsOrZero(text, (at) => there[at] === true);
  return complete === text ? null : expressionOf(api, complete, window, call);
}

async function expressionOf(api: Api, text: string, { to }: Window, call: Call): Promise<number | null> {
  const [only, ...others] = await api.values(text, to, call);
  if (only === undefined) return null;
  if (others.length === 0) return only.value;
  throw new Unreadable(
    `${api.place}: ${text} gives ${String(others.length + 1)} values, one is wanted: sum() or avg() over them`,
  );
}
