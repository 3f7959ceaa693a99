import { compile, jsonpath, TokenKind, type JSONPathQuery } from 'json-p3';
import { specLimits } from './limits.ts';

const { FilterSelector, IndexSelector, NameSelector } = jsonpath.selectors;
const { FilterQuery, FunctionExtension, InfixExpression, LogicalExpression, PrefixExpression } =
  jsonpath.expressions;

type Filter = InstanceType<typeof LogicalExpression>['expression'];

const anyPath = 'a JSONPath (RFC 9535) such as $.errors';

/**
 * Why a JSONPath is not taken: what was expected instead. Null for one whose evaluation visits each value of a document a
 * bounded number of times.
 */
export function jsonPathProblem(text: string): string | null {
  if (text.length > specLimits.pathCharacters)
    return `${anyPath}, of at most ${specLimits.pathCharacters} characters`;
  let query: JSONPathQuery;
  try {
    query = compile(text);
  } catch {
    return anyPath;
  }
  const selectors = query.segments.flatMap((segment) => segment.selectors);
  if (selectors.length > specLimits.pathSelectors)
    return `a JSONPath of at most ${specLimits.pathSelectors} selectors`;
  if (query.segments.filter(isDescendant).length > 1) return 'a JSONPath with at most one ..';
  for (const { selectors } of query.segments) {
    if (selectors.length > 1 && !selectors.every(isPlain))
      return 'a JSONPath whose brackets have several names or numbers, or one of *, slices and filters';
    for (const selector of selectors) {
      const problem =
        selector instanceof FilterSelector ? filterProblem(selector.expression.expression) : null;
      if (problem !== null) return problem;
    }
  }
  return null;
}

/** Whether a segment looks at all values below, as `..` does. */
export function isDescendant({ token }: JSONPathQuery['segments'][number]): boolean {
  return token.kind === TokenKind.DDOT;
}

function isPlain(selector: object): boolean {
  return selector instanceof NameSelector || selector instanceof IndexSelector;
}

function filterProblem(filter: Filter): string | null {
  if (filter instanceof LogicalExpression) return filterProblem(filter.expression);
  if (filter instanceof PrefixExpression) return filterProblem(filter.right);
  if (filter instanceof InfixExpression) return filterProblem(filter.left) ?? filterProblem(filter.right);
  if (filter instanceof FunctionExtension) {
    if (filter.name === 'match' || filter.name === 'search')
      return 'a JSONPath without match() and search(): compare with == instead';
    return filter.args.reduce<string | null>((found, arg) => found ?? filterProblem(arg), null);
  }
  if (filter instanceof FilterQuery && !filter.path.singularQuery())
    return 'a JSONPath whose filters look at one value at a time, such as @.name: no *, .., slices or filters inside them';
  return null;
}
