import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  type ParsedNode,
  type YAMLError,
} from 'yaml';
import { specLimits } from './limits.ts';
import { excessOf, tooDeep } from './prescan.ts';
import { cut, pathText, quoted, SpecError } from './problem.ts';

/** A spec's value with the places of its parts in the text. */
export interface SourceText {
  value: unknown;
  /** Where the value at a path (or its key) stands, or the nearest thing around it that is there. */
  locate: (path: readonly PropertyKey[], isKey: boolean) => Place;
}

/** Both from 1. */
interface Place {
  line: number;
  column: number;
}

/**
 * Reads one plain YAML (or JSON) document. What would take long or much memory to parse is refused before it is parsed.
 *
 * @throws {SpecError} for what is no YAML, more than one document, a duplicate key, an alias, a tag, or a text that is
 *   longer or nested deeper than any spec
 */
export function readText(text: string, file: string): SourceText {
  const lines = new LineCounter();
  const place = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const excess = excessOf(text);
  if (excess !== null) {
    const { offset, ...said } = excess;
    const before = text.slice(0, offset);
    const at = { line: before.split('\n').length, column: offset - before.lastIndexOf('\n') };
    throw new SpecError([{ path: '', ...at, ...said }], file);
  }
  const document = parseDocument(text, {
    version: '1.2',
    schema: 'core',
    merge: false,
    stringKeys: true,
    // The walk looks for duplicates, with their path; here it would compare each key with each other one.
    uniqueKeys: false,
    prettyErrors: false,
    lineCounter: lines,
  });
  if (document.errors.length > 0) {
    throw new SpecError(
      document.errors.map((error) => ({
        path: '',
        ...place(error.pos[0]),
        ...syntaxProblem(error),
      })),
      file,
    );
  }
  const { offsets, unplain } = walk(document.contents);
  if (unplain.length > 0) {
    throw new SpecError(
      unplain.map(({ path, offset, ...rest }) => ({ path: pathText(path), ...place(offset), ...rest })),
      file,
    );
  }
  return {
    value: document.toJS(),
    locate: (path, isKey) => place(offsetAt(offsets, path, isKey)),
  };
}

function syntaxProblem({ code, message }: YAMLError): { found: string; expected: string } {
  if (code === 'MULTIPLE_DOCS') return { found: 'a second document', expected: 'one rollout in a file' };
  return { found: `no YAML (${cut(message, 120)})`, expected: 'a rollout in YAML or JSON' };
}

interface Unplain {
  path: PropertyKey[];
  offset: number;
  found: string;
  expected: string;
}

/** Where keys and values begin in the text, by path. */
type Offsets = Map<string, { key: number; value: number }>;

/** Finds the place of everything, and what could not be taken at its face: duplicates, aliases, tags. */
function walk(root: ParsedNode | null): { offsets: Offsets; unplain: Unplain[] } {
  const offsets: Offsets = new Map();
  const unplain: Unplain[] = [];

  function visit(node: ParsedNode | null, path: PropertyKey[], key: number): void {
    const offset = node?.range[0] ?? key;
    offsets.set(JSON.stringify(path), { key, value: offset });
    if (path.length > specLimits.depth) {
      unplain.push({ path: [], offset, ...tooDeep });
    } else if (isAlias(node)) {
      unplain.push({
        path,
        offset,
        found: `the alias ${quoted(`*${node.source}`)}`,
        expected: 'the value itself',
      });
    } else if (node?.tag !== undefined) {
      const tag = node.tag.replace('tag:yaml.org,2002:', '!!');
      unplain.push({ path, offset, found: `the tag ${quoted(tag)}`, expected: 'a plain value' });
    } else if (isSeq(node)) {
      for (const [at, item] of node.items.entries()) visit(item, [...path, at], offset);
    } else if (isMap(node)) {
      const names = new Set<string>();
      for (const { key, value } of node.items) {
        const name = isScalar(key) ? String(key.value) : '';
        const at = [...path, name];
        const [offset] = key.range;
        if (names.has(name)) {
          unplain.push({
            path: at,
            offset,
            found: `the key ${quoted(name)} again`,
            expected: 'each key once',
          });
        }
        names.add(name);
        visit(value, at, offset);
      }
    }
  }

  visit(root, [], 0);
  return { offsets, unplain };
}

function offsetAt(offsets: Offsets, path: readonly PropertyKey[], isKey: boolean): number {
  const found = offsets.get(JSON.stringify(path));
  if (found !== undefined) return isKey ? found.key : found.value;
  return path.length === 0 ? 0 : offsetAt(offsets, path.slice(0, -1), false);
}
