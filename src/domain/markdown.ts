import { bytesOf } from './size.ts';
import { visible } from './visible.ts';

/** What renderers turn into a link by themselves, even where its characters are escaped: addresses, in code they are none. */
const address = /(?:[a-z][a-z\d+.-]*:\/\/|www\.|mailto:|xmpp:)[^\s`<>"]*|[^\s`<>"]+@[^\s`<>"]+/giu;

/** Begins a span, a tag, an entity or a cell; an underscore within a word begins nothing. */
const inline = /[\\`*{}[\]<>&|~$!#]|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu;

const entities: Partial<Record<string, string>> = { '<': '&lt;', '>': '&gt;', '&': '&amp;' };

/** Begins a block where a line begins with it: a list, a quote, a rule, a definition. */
const block = /^ ?(?:[-+=:]|\d+[.)](?=\s|$))/u;

/**
 * A text from outside as Markdown that is drawn as this text and nothing else: {@link visible}, on one line, without a
 * heading, list, link, image, tag or emphasis of its own. Words that are addresses become code. Blanks at its ends become one.
 */
export function markdown(text: string): string {
  const line = visible(text).replace(/^\s+|\s+$/gu, ' ');
  let end = 0;
  let out = '';
  for (const { 0: found, index } of line.matchAll(address)) {
    out += `${escaped(line.slice(end, index))}\`${found}\``;
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
  let summary = markdown(text.slice(0, most));
  while (bytesOf(summary) > longestSummary) {
    most -= 20;
    summary = markdown(text.slice(0, most));
  }
  return summary;
}

function escaped(text: string): string {
  return text.replace(inline, (character) => entities[character] ?? `\\${character}`);
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
