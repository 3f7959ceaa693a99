/** Puts into an expression of PromQL what is measured. */
import {
  matchersOf,
  nodes,
  selectorOf,
  slice,
  unquoted,
  type Filling,
  type Selector,
  type SyntaxNode,
} from './selector.ts';
import { literalPattern } from '../../text/literal-pattern.ts';

/** An expression with what is measured in the places that stand for it, in the matchers of its selectors. */
export function filled(text: string, filling: Filling): string {
  let result = text;
  for (const node of matchersOf(text).toReversed()) {
    const literal = node.getChild('StringLiteral');
    const op = node.getChild('MatchOp');
    if (literal === null || op === null) continue;
    const value = filledValue(slice(text, literal), slice(text, op), filling);
    result = result.slice(0, literal.from) + value + result.slice(literal.to);
  }
  return result;
}

/** An expression with matchers added to each of its selectors that does not name one of their labels itself. */
export function withMatchers(text: string, matchers: Selector['matchers']): string {
  const labels = new Set(matchers.map(({ label }) => label));
  const added = matchers.map(({ label, op, value }) => `${label}${op}${value}`).join(',');
  if (added === '') return text;
  let result = text;
  for (const node of nodes(text, 'VectorSelector').toReversed()) {
    if (selectorOf(text, node)?.matchers.some(({ label }) => labels.has(label)) === true) continue;
    const list = node.getChild('LabelMatchers');
    const [at, what] =
      list === null ? [node.to, `{${added}}`] : [list.from + 1, `${added}${isEmpty(text, list) ? '' : ','}`];
    result = result.slice(0, at) + what + result.slice(at);
  }
  return result;
}

function isEmpty(text: string, list: SyntaxNode): boolean {
  return /^\{\s*\}$/.test(slice(text, list));
}

/** What is filled in is text, not a pattern and not the end of the literal. */
function filledValue(literal: string, op: string, filling: Filling): string {
  const isPattern = op === '=~' || op === '!~';
  const raw = literal.startsWith('`');
  const body = raw ? JSON.stringify(unquoted(literal)).slice(1, -1) : unquoted(literal);
  const quote = raw ? '"' : (literal[0] ?? '"');
  const withValues = body.replace(/\$(service|version|track)\b/g, (_, name: keyof Filling) => {
    const value = isPattern ? literalPattern(filling[name]) : filling[name];
    const escaped = JSON.stringify(value).slice(1, -1);
    return quote === "'" ? escaped.replaceAll('\\"', '"').replaceAll("'", "\\'") : escaped;
  });
  return `${quote}${withValues}${quote}`;
}
