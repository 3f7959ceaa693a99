/** A page of the documentation, read as a person reads it who does what it says, so that no page can rot. */

/** A fenced block: ```console stays has the language `console` and the note `stays`. */
export interface Block {
  language: string;
  note: string;
  text: string;
  /** Of the page, where its text begins. */
  line: number;
}

/** A command of a console block, with the lines that it is shown to say: none where it says nothing. */
export interface ShownCommand {
  command: string;
  shown: string[];
  /** Of the page. */
  line: number;
}

export function blocksOf(page: string): Block[] {
  return [...page.matchAll(/^```(\w+)[ ]?(.*)\n([^]*?)^```$/gm)].map((found) => {
    const [, language = '', note = '', text = ''] = found;
    return { language, note, text, line: page.slice(0, found.index).split('\n').length + 1 };
  });
}

/** A command begins with `$ ` and goes on in the next line after a backslash. */
export function commandsOf({ text, line }: Block): ShownCommand[] {
  const commands: ShownCommand[] = [];
  let open = false;
  for (const [at, written] of text.trimEnd().split('\n').entries()) {
    const last = commands.at(-1);
    if (open && last !== undefined) last.command += `\n${written}`;
    else if (written.startsWith('$ '))
      commands.push({ command: written.slice(2), shown: [], line: line + at });
    else last?.shown.push(written);
    open = (open || written.startsWith('$ ')) && written.endsWith('\\');
  }
  return commands;
}

/**
 * What matches all that a command said: `…` in a line is any text of that line, a line of `…` alone any number of
 * lines.
 */
export function patternOf(shown: readonly string[]): RegExp {
  const lines = shown.map((line) => (line === '…' ? '(?:.*\\n)*?' : `${linePattern(line)}\\n`));
  return new RegExp(`^${lines.join('')}$`);
}

/** What a command said, as `patternOf` wants it: without spaces at the ends of lines and empty lines at the ends. */
export function tidy(said: string): string {
  return `${said.replace(/[ \t]+$/gm, '').replace(/^\n+|\n+$/g, '')}\n`;
}

/**
 * The first shown line that was not said, in the order of the page; null if all were. Lines between them, and other
 * numbers and durations, do not matter; `…` in a line is any text.
 */
export function firstUnsaid(shown: readonly string[], said: string): string | null {
  const lines = said.split('\n').map(levelled);
  for (const line of shown.filter((line) => line !== '' && line !== '…')) {
    const pattern = new RegExp(`^${linePattern(levelled(line))}$`);
    const at = lines.findIndex((candidate) => pattern.test(candidate));
    if (at === -1) return line;
    lines.splice(0, at + 1);
  }
  return null;
}

function linePattern(line: string): string {
  return line
    .split('…')
    .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    .join('.*');
}

function levelled(line: string): string {
  return line
    .replace(/\d+([.,]\d+)*[dhms]?( \d+[dhms])*/g, '#')
    .replace(/\s+/g, ' ')
    .trim();
}
