import { performance } from 'node:perf_hooks';
import { compile, JSONPathNode, jsonpath, type JSONPathQuery, type JSONValue } from 'json-p3';
import { isDescendant, jsonPathProblem } from '../../../src/spec/json-path.ts';
import { slice, turn } from '../../turns.ts';
import { duration } from '../../../src/text/duration.ts';

const { FilterSelector } = jsonpath.selectors;
type Selector = InstanceType<typeof jsonpath.JSONPathSelector>;

/** How long the evaluation of one path may take, without the time in which others have their turn (ms). */
const longestEvaluation = 1_000;

/** A path is not evaluated, or not to its end; the message goes on after the path. */
export class NotEvaluated extends Error {}

/**
 * The values at a path, which an earlier version's schema may have let through. What may visit many values is evaluated in slices, in turn
 * with all else that the worker is evaluating: however many rollouts ask for it, effects and aborts wait for one slice.
 *
 * @throws {NotEvaluated}
 */
export async function valuesAt(path: string, document: JSONValue): Promise<JSONValue[]> {
  const problem = jsonPathProblem(path);
  if (problem !== null) throw new NotEvaluated(`is no longer evaluated: expected ${problem}`);
  const query = compile(path);
  const evaluation = evaluate(query, document);
  if (query.singularQuery()) return finish(evaluation);
  let left = longestEvaluation;
  while (left > 0) {
    await turn();
    const began = performance.now();
    while (performance.now() - began < slice) {
      const { done, value } = evaluation.next();
      if (done === true) return value;
    }
    left -= performance.now() - began;
  }
  throw new NotEvaluated(
    `takes longer than ${duration(longestEvaluation)} to evaluate on this answer; name what is wanted, as in $.errors`,
  );
}

function finish(evaluation: Generator<undefined, JSONValue[]>): JSONValue[] {
  for (;;) {
    const { done, value } = evaluation.next();
    if (done === true) return value;
  }
}

/** Yields after each value that it looks at. */
function* evaluate(query: JSONPathQuery, root: JSONValue): Generator<undefined, JSONValue[]> {
  let values = [root];
  for (const segment of query.segments) {
    const selected: JSONValue[] = [];
    for (const value of values) {
      for (const visited of isDescendant(segment) ? withBelow(value) : [value]) {
        yield;
        for (const selector of segment.selectors) {
          for (const child of candidates(selector, visited)) {
            yield;
            if (isMeant(selector, child, root)) selected.push(child);
          }
        }
      }
    }
    values = selected;
  }
  return values;
}

/** A value and all below it, without recursion. */
function* withBelow(root: JSONValue): Generator<JSONValue> {
  const open = [children(root).values()];
  yield root;
  for (let last = open.at(-1); last !== undefined; last = open.at(-1)) {
    const { done, value } = last.next();
    if (done === true) open.pop();
    else {
      yield value;
      if (typeof value === 'object' && value !== null) open.push(children(value).values());
    }
  }
}

function* candidates(selector: Selector, value: JSONValue): Generator<JSONValue> {
  if (selector instanceof FilterSelector) yield* children(value);
  else for (const node of selector.lazyResolve(new JSONPathNode(value, [], value))) yield node.value;
}

function isMeant(selector: Selector, child: JSONValue, root: JSONValue): boolean {
  if (!(selector instanceof FilterSelector)) return true;
  const { environment, expression } = selector;
  return expression.evaluate({ environment, currentValue: child, rootValue: root });
}

function children(value: JSONValue): JSONValue[] {
  return typeof value === 'object' && value !== null ? Object.values(value) : [];
}
