import { CST, Lexer } from 'yaml';
import { specLimits } from './limits.ts';

/** Why a text is not parsed. */
interface Excess {
  /** In the text, from 0. */
  offset: number;
  found: string;
  expected: string;
}

export const tooDeep = {
  found: `nesting deeper than ${specLimits.depth} levels`,
  expected: `at most ${specLimits.depth} levels`,
};

const tooMany = {
  found: `more than ${specLimits.tokens} tokens (words, punctuation marks and line ends)`,
  expected: `at most ${specLimits.tokens}`,
};

/**
 * Finds what would make a text expensive to parse: too many tokens, or nesting that is certainly too deep. It reads
 * the text once, stops where it finds something, and keeps nothing but the columns of what is open.
 *
 * A block list in the column of its key is not counted as a level, so nesting up to twice as deep can get through.
 */
export function excessOf(text: string): Excess | null {
  const block = new BlockLevels();
  let offset = 0;
  let tokens = 0;
  let flow = 0;
  for (const token of new Lexer().lex(text)) {
    // What follows these marks is a scalar's or a document's text; they themselves are not in the text.
    if (marks.has(token)) continue;
    tokens++;
    if (tokens > specLimits.tokens) return { offset, ...tooMany };
    const type = CST.tokenType(token);
    if (flow === 0) block.take(type, token, offset);
    if (type === 'flow-map-start' || type === 'flow-seq-start') flow++;
    if (type === 'flow-map-end' || type === 'flow-seq-end') flow--;
    if (flow + block.depth > specLimits.depth) return { offset, ...tooDeep };
    offset += token.length;
  }
  return null;
}

const marks: ReadonlySet<string> = new Set([CST.DOCUMENT, CST.FLOW_END, CST.SCALAR]);

/** The block collections that are open, by the columns at which they begin. */
class BlockLevels {
  private readonly columns: number[] = [];
  private lineStart = 0;
  private isFresh = true;
  /** Where the content that may turn out to be a key begins. */
  private content: number | null = null;

  get depth(): number {
    return this.columns.length;
  }

  take(type: ReturnType<typeof CST.tokenType>, token: string, offset: number): void {
    if (type === 'space' || type === 'comment' || type === 'byte-order-mark') return;
    if (type !== 'newline') this.place(type, offset - this.lineStart);
    const end = token.lastIndexOf('\n');
    if (end === -1) return;
    this.lineStart = offset + end + 1;
    this.isFresh = true;
    this.content = null;
  }

  private place(type: ReturnType<typeof CST.tokenType>, column: number): void {
    if (this.isFresh) this.close(column);
    this.isFresh = false;
    if (type === 'seq-item-ind' || type === 'explicit-key-ind') this.open(column);
    else if (type === 'map-value-ind') this.open(this.content ?? column);
    else this.content ??= column;
  }

  private open(column: number): void {
    if (column > (this.columns.at(-1) ?? -1)) this.columns.push(column);
    this.content = null;
  }

  private close(column: number): void {
    while ((this.columns.at(-1) ?? -1) >= column) this.columns.pop();
  }
}
