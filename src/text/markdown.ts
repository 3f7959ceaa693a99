import { beginning, bytesOf } from './bytes.ts';
import { visible } from './visible.ts';

/** What an address cannot reach beyond. */
const word = /[^\s`<>"]+/gu;
const addressBegins = /www\.|mailto:|xmpp:|:\/\//iu;
const ofScheme = /[a-z\d+.-]/iu;

/**
 * Where in a word begins what renderers turn into a link by themselves, even where its characters are escaped: in code they
 * do not. -1: nowhere. In steps that grow with the word's length alone: texts from outside come in floods.
 */
function addressIn(word: string): number {
  const at = word.indexOf('@', 1);
  if (at > 0 && at < word.length - 1) return 0;
  let begin = word.search(addressBegins);
  if (word.charAt(begin) !== ':') return begin;
  while (ofScheme.test(word.charAt(begin - 1))) begin -= 1;
  return begin;
}

/** Begins a span, a tag, an entity or a cell; an underscore within a word begins nothing. */
const inline = /[\\`*{}[\]<>&|~$!#]|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu;

/** Begins a block where a line begins with it: a list, a quote, a rule, a definition. */
const block = /^ ?(?:[-+=:]|\d+[.)](?=\s|$))/u;

/**
 * A text from outside as Markdown that is drawn as this text and nothing else: {@link visible}, on one line, without a
 * heading, list, link, image, tag or emphasis of its own. Words that are addresses become code. Blanks at its ends become one.
 *
 * Temporal's Web UI (2.54) draws HTML, images of other hosts, `javascript:` links, tables and mathematics, and does not read
 * the entities `&lt;`, `&gt;` and `&amp;`: only a backslash leaves `<` a character there. It replaces quotes, `--`, `...` and
 * `(c)` by typographic ones.
 */
export function markdown(text: string): string {
  const line = visible(text).replace(/^\s+|\s+$/gu, ' ');
  let end = 0;
  let out = '';
  for (const { 0: found, index } of line.matchAll(word)) {
    const begin = addressIn(found);
    if (begin === -1) continue;
    out += `${escaped(line.slice(end, index + begin))}\`${found.slice(begin)}\``;
    end = index + found.length;
  }
  out += escaped(line.slice(end));
  return out.replace(block, (begun) => `${begun.slice(0, -1)}\\${begun.slice(-1)}`);
}

/** The server refuses a longer summary, and with it whatever it is of. In bytes. */
const longestSummary = 400;

/** A summary of a workflow or activity, which the Web UI draws as Markdown: as much of the text as the server takes. */
export function summaryText(text: string): string {
  let most = 200;
  let summary = markdown(beginning(text, most));
  while (bytesOf(summary) > longestSummary) {
    most -= 20;
    summary = markdown(beginning(text, most));
  }
  return summary;
}

function escaped(text: string): string {
  return text.replace(inline, String.raw`\$&`);
}

/** Markdown that we wrote, with every text from outside in it escaped. */
export class Markdown {
  readonly #text: string;

  private constructor(text: string) {
    this.#text = text;
  }

  /**
   * The tag of a template: what stands in it is Markdown of ours, and every text that is filled in is drawn as it is, as
   * {@link markdown} says. So no caller can forget it.
   */
  static readonly of = (ours: TemplateStringsArray, ...values: (string | number | Markdown)[]): Markdown => {
    const parts = values.map((value, at) => `${textOf(value)}${ours[at + 1] ?? ''}`);
    return new Markdown([ours[0], ...parts].join(''));
  };

  /** Parts that are not empty, with `between` between them. */
  static join(parts: readonly Markdown[], between: '\n' | '\n\n' | '; '): Markdown {
    return new Markdown(
      parts
        .map(String)
        .filter((part) => part !== '')
        .join(between),
    );
  }

  toString(): string {
    return this.#text;
  }
}

function textOf(value: string | number | Markdown): string {
  return typeof value === 'string' ? markdown(value) : String(value);
}
