import { parser } from '@prometheus-io/lezer-promql';

/**
 * An expression whose sums and counts over nothing are 0, in place of nothing. Those by labels have no value to be 0, save
 * where all of the expression is one.
 */
export function sumsOrZero(text: string): string {
  const tree = parser.parse(text);
  const sums: { from: number; to: number }[] = [];
  tree.iterate({
    enter(node) {
      if (node.name !== 'AggregateExpr') return;
      const { from, to } = node;
      const [operation = ''] = /^\w+/.exec(text.slice(from, to)) ?? [];
      const isWhole = text.slice(from, to) === text.trim();
      const isGrouped = node.node.getChild('AggregateModifier') !== null;
      if (/^(sum|count)$/i.test(operation) && (isWhole || !isGrouped)) sums.push({ from, to });
    },
  });
  const inserted = sums.flatMap(({ from, to }) => [
    { at: from, what: '(' },
    { at: to, what: ' or vector(0))' },
  ]);
  return inserted
    .sort((one, other) => other.at - one.at)
    .reduce((so, { at, what }) => so.slice(0, at) + what + so.slice(at), text);
}
