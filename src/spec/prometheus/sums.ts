import { parser } from '@prometheus-io/lezer-promql';

type Node = ReturnType<typeof parser.parse>['topNode'];

/**
 * An expression whose sums and counts over what is not there are 0, in place of nothing. Those by labels have no value to be
 * 0, save where all of the expression is one; and what is divided by stays nothing, since a share of nothing is no number.
 *
 * @param isThere whether the selector at this place of the expression, from 0, selects series: a rate of series that are there
 *   has no answer for as long as they were scraped once only, and is not 0 for that
 */
export function sumsOrZero(text: string, isThere: (selector: number) => boolean): string {
  const selectors: Node[] = [];
  const sums: Node[] = [];
  parser.parse(text).iterate({
    enter({ node }) {
      if (node.name === 'VectorSelector') selectors.push(node);
      if (node.name !== 'AggregateExpr' || isDivisor(node)) return;
      const [operation = ''] = /^\w+/.exec(text.slice(node.from, node.to)) ?? [];
      const isWhole = text.slice(node.from, node.to) === text.trim();
      const isGrouped = node.getChild('AggregateModifier') !== null;
      if (/^(sum|count)$/i.test(operation) && (isWhole || !isGrouped)) sums.push(node);
    },
  });
  const isIn = (sum: Node, { from, to }: Node): boolean => from >= sum.from && to <= sum.to;
  const absent = sums.filter((sum) => !selectors.some((node, at) => isIn(sum, node) && isThere(at)));
  const inserted = absent.flatMap(({ from, to }) => [
    { at: from, what: '(' },
    { at: to, what: ' or vector(0))' },
  ]);
  return inserted
    .sort((one, other) => other.at - one.at)
    .reduce((so, { at, what }) => so.slice(0, at) + what + so.slice(at), text);
}

function isDivisor(node: Node): boolean {
  for (let inner = node, outer = node.parent; outer !== null; inner = outer, outer = outer.parent) {
    const operator = outer.getChild('Div') ?? outer.getChild('Mod');
    if (outer.name === 'BinaryExpr' && operator !== null && inner.from > operator.from) return true;
  }
  return false;
}
