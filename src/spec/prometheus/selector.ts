import { parser } from '@prometheus-io/lezer-promql';
import { specLimits } from '../limits.ts';

export type SyntaxNode = ReturnType<typeof parser.parse>['topNode'];

/**
 * What a query of Prometheus selects: a metric's name and matchers. In the matchers' values `$service`, `$version` and
 * `$track` stand for what is measured.
 */
export interface Selector {
  name: string;
  /** Their values as they were written, in their quotes. */
  matchers: { label: string; op: string; value: string }[];
}

/** What may stand for something in a selector. */
const placeholders = ['service', 'version', 'track'] as const;
export type Filling = Record<(typeof placeholders)[number], string>;

/** A text that is not what was wanted; the message says what was. */
export class NotPromQL extends Error {}

/**
 * @throws {NotPromQL} at anything else than a selector with a name, such as a function over one
 */
export function parseSelector(text: string): Selector {
  checkWindows(text);
  const found = nodes(text, 'VectorSelector');
  const [only] = found;
  const selector = only === undefined ? null : selectorOf(text, only);
  if (selector === null || only === undefined) throw new NotPromQL(selectsByName(text) ? oneName : example);
  if (slice(text, only) !== text.trim()) {
    const inside = found.map((node) => slice(text, node)).join(', ');
    throw new NotPromQL(
      `${example}: what is selected alone (here ${inside}); increase(), rate() and sum() over it are Coalmine's`,
    );
  }
  checkPlaceholders(text);
  return selector;
}

/** What recording rules are called that record no counter, by Prometheus's own naming: `level:metric:operations`. */
const recorded = /:(\w*_)?(i?rate|increase|i?delta|deriv|ratio|avg|mean|quantile|p\d+|percent\w*)(\d|_|$)/;

/**
 * A selector of a counter.
 *
 * @throws {NotPromQL} as {@link parseSelector} does, and if the name says that it is a recorded rate or the like
 */
export function parseCounter(text: string): Selector {
  const selector = parseSelector(text);
  if (!recorded.test(selector.name)) return selector;
  throw new NotPromQL(
    `a counter: ${selector.name} is recorded from one, and what a rate was cannot be counted; select the counter that it is recorded from`,
  );
}

/** Whether an expression is a selector alone. */
export function isSelector(text: string): boolean {
  const [only] = nodes(text, 'VectorSelector');
  return only !== undefined && slice(text, only) === text.trim();
}

/** The text of a selector. */
export function selectorText({ name, matchers }: Selector): string {
  const isPlain = /^[A-Za-z_:][\w:]*$/.test(name);
  const inside = [
    ...(isPlain ? [] : [JSON.stringify(name)]),
    ...matchers.map(({ label, op, value }) => `${labelText(label)}${op}${value}`),
  ];
  return `${isPlain ? name : ''}${inside.length === 0 ? '' : `{${inside.join(',')}}`}`;
}

/**
 * The matchers of `track="$track",job="shop"`, with braces around them or without.
 *
 * @throws {NotPromQL} at anything else
 */
export function parseMatch(text: string): Selector['matchers'] {
  const inside = text.trim().replace(/^\{(.*)\}$/s, '$1');
  try {
    return parseSelector(`x{${inside}}`).matchers;
  } catch (error) {
    if (error instanceof NotPromQL && error.message.startsWith('$')) throw error;
    throw new NotPromQL('matchers such as track="$track",job="shop"');
  }
}

/**
 * An expression as it is, of any kind; its selectors, for what has to be known of their series.
 *
 * @throws {NotPromQL} if it is none
 */
export function parseExpression(text: string): Selector[] {
  checkWindows(text);
  const selectors = nodes(text, 'VectorSelector');
  if (selectors.length > specLimits.querySelectors)
    throw new NotPromQL(
      `a PromQL expression of at most ${specLimits.querySelectors} selectors (here ${selectors.length}); a recording rule can hold more`,
    );
  const found = selectors.map((node) => selectorOf(text, node));
  if (found.length === 0 || hasError(text)) throw new NotPromQL('a PromQL selector or expression');
  const named = found.filter((selector) => selector !== null);
  if (named.length < found.length)
    throw new NotPromQL(
      selectsByName(text) ? oneName : 'a PromQL expression whose selectors all have a name',
    );
  checkPlaceholders(text);
  return named;
}

/** Whether a matcher tells whose series they are. */
export function isIdentifying({ value }: Selector['matchers'][number]): boolean {
  return placeholders.some((name) => new RegExp(`\\$${name}\\b`).test(value));
}

/** Whether it asks each of two tracks for something else. */
export function differsByTrack(text: string): boolean {
  return /\$(track|version)\b/.test(text);
}

const example = 'a selector such as http_requests_total{track="$track"}';

const oneName =
  'the name of one metric in each selector, before the braces or as __name__="…": a pattern or a placeholder may stand for several metrics';

function selectsByName(text: string): boolean {
  return matchersOf(text).some((node) => {
    const label = node.getChild('LabelName');
    return label !== null && slice(text, label) === nameLabel;
  });
}

/** @throws {NotPromQL} where a dashboard would put a window in, for which Prometheus sees no PromQL */
function checkWindows(text: string): void {
  const [found] = /\$\{?__(rate_interval|interval|range)\w*\}?/.exec(text) ?? [];
  if (found === undefined) return;
  throw new NotPromQL(
    `a window such as 5m in place of ${found}, which only Grafana fills in; write at least four times the scrape interval`,
  );
}

function checkPlaceholders(text: string): void {
  const known: readonly string[] = placeholders;
  const unknown = [...text.matchAll(/\$([A-Za-z_]\w*)/g)].find(([, name = '']) => !known.includes(name));
  if (unknown === undefined) return;
  throw new NotPromQL(
    `${placeholders.map((name) => `$${name}`).join(', ')} and no other; ${unknown[0]} is not known`,
  );
}

export function matchersOf(text: string): SyntaxNode[] {
  return [...nodes(text, 'UnquotedLabelMatcher'), ...nodes(text, 'QuotedLabelMatcher')].toSorted(
    (a, b) => a.from - b.from,
  );
}

export function nodes(text: string, name: string): SyntaxNode[] {
  const found: SyntaxNode[] = [];
  parser.parse(text).iterate({
    enter(node) {
      if (node.name === name) found.push(node.node);
    },
  });
  return found;
}

function hasError(text: string): boolean {
  let found = false;
  parser.parse(text).iterate({
    enter(node) {
      found ||= node.type.isError;
    },
  });
  return found;
}

/** Null where it has no name of its own, or is not whole. */
export function selectorOf(text: string, node: SyntaxNode): Selector | null {
  const identifier = node.getChild('Identifier');
  const list = node.getChild('LabelMatchers');
  const quoted = list?.getChild('QuotedLabelName');
  if (hasError(slice(text, node))) return null;
  const written =
    list === null
      ? []
      : [...list.getChildren('UnquotedLabelMatcher'), ...list.getChildren('QuotedLabelMatcher')];
  const matchers = written.map((matcher) => {
    const label = matcher.getChild('LabelName') ?? matcher.getChild('QuotedLabelName');
    const part = (child: SyntaxNode | null): string => (child === null ? '' : slice(text, child));
    return {
      label: matcher.name === 'QuotedLabelMatcher' ? unquoted(part(label)) : part(label),
      op: part(matcher.getChild('MatchOp')),
      value: part(matcher.getChild('StringLiteral')),
    };
  });
  if (identifier !== null) return { name: slice(text, identifier), matchers };
  if (quoted) return { name: unquoted(slice(text, quoted)), matchers };
  return namedByMatcher(matchers);
}

const nameLabel = '__name__';

/** `{__name__="x",a="b"}` is what `x{a="b"}` is. */
function namedByMatcher(matchers: Selector['matchers']): Selector | null {
  const named = matchers.filter(({ label }) => label === nameLabel);
  const [only] = named;
  if (only?.op !== '=' || named.length > 1) return null;
  const name = unquoted(only.value);
  if (!/^[A-Za-z_:][\w:]*$/.test(name)) return null;
  return { name, matchers: matchers.filter(({ label }) => label !== nameLabel) };
}

export function slice(text: string, { from, to }: { from: number; to: number }): string {
  return text.slice(from, to);
}

export function unquoted(text: string): string {
  return text.slice(1, -1);
}

function labelText(label: string): string {
  return /^[A-Za-z_]\w*$/.test(label) ? label : JSON.stringify(label);
}
