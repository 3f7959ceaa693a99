import type { Finding } from './findings.ts';
import { specLimits } from './limits.ts';
import { tooDeep } from './prescan.ts';

type Said = Pick<Finding, 'found' | 'expected'>;

/** A value on the way down; its path is put together only if something is wrong with it. */
interface Visit {
  value: unknown;
  key: PropertyKey;
  parent: Visit | null;
  depth: number;
}

/**
 * Finds the first thing in a value that is not plain data, or by which it is larger than a spec may be. Its cost is
 * bounded, whatever the value: cycles and deep nesting included.
 */
export function unplainIn(root: unknown): Finding | null {
  const open: Visit[] = [{ value: root, key: '', parent: null, depth: 0 }];
  let values = 0;
  let text = 0;
  for (let visit = open.pop(); visit !== undefined; visit = open.pop()) {
    const { value, depth } = visit;
    values++;
    if (typeof value === 'string') text += value.length;
    if (values > specLimits.values) return problem(null, tooManyValues);
    if (text > specLimits.bytes) return problem(null, tooMuchText);
    if (typeof value !== 'object' || value === null) {
      if (typeof value === 'function' || typeof value === 'symbol' || typeof value === 'bigint')
        return problem(visit, { found: `a ${typeof value}`, expected: 'plain data, as in JSON' });
      continue;
    }
    if (depth > specLimits.depth) return problem(null, tooDeep);
    const foreign = foreignIn(value);
    if (foreign !== null) return problem(visit, foreign);
    for (const key of Object.keys(value).toReversed()) {
      const isEntry = Array.isArray(value);
      if (!isEntry) text += key.length;
      const child: Visit = { value: null, key: isEntry ? Number(key) : key, parent: visit, depth: depth + 1 };
      const property = Object.getOwnPropertyDescriptor(value, key);
      if (key === '__proto__') return { ...problem(child, protoKey), isKey: true };
      if (property?.get !== undefined || property?.set !== undefined) return problem(child, accessor);
      child.value = property?.value;
      open.push(child);
    }
  }
  return null;
}

const tooManyValues = {
  found: `more than ${specLimits.values} values`,
  expected: `at most ${specLimits.values}`,
};
const tooMuchText = {
  found: `more than ${specLimits.bytes} characters of text`,
  expected: `at most ${specLimits.bytes}`,
};
const protoKey = { found: 'the key "__proto__"', expected: 'another key' };
const accessor = { found: 'a getter or a setter', expected: 'plain data, as in JSON' };

function foreignIn(value: object): Said | null {
  if (Array.isArray(value)) {
    if (value.length <= specLimits.entries) return null;
    return { found: `a list of ${value.length}`, expected: `at most ${specLimits.entries} entries` };
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  // A plain object of another realm, such as a test runner's, has a prototype that has none itself.
  const isPlain = prototype === null || Object.getPrototypeOf(prototype) === null;
  if (!isPlain) return { found: 'an object of a class', expected: 'plain data, as in JSON' };
  const { length } = Object.keys(value);
  if (length <= specLimits.entries) return null;
  return { found: `a mapping with ${length} keys`, expected: `at most ${specLimits.entries}` };
}

function problem(visit: Visit | null, said: Said): Finding {
  const path: PropertyKey[] = [];
  for (let at = visit; at !== null && at.parent !== null; at = at.parent) path.push(at.key);
  return { path: path.reverse(), isKey: false, ...said };
}
