/** A page of the documentation, read as a person reads it who does what it says. */

/** A fenced block: ```console stays has the language `console` and the note `stays`. */
export interface Block {
  language: string;
  note: string;
  text: string;
}

export function blocksOf(page: string): Block[] {
  return [...page.matchAll(/^```(\w+)[ ]?(.*)\n([^]*?)^```$/gm)].map(
    ([, language = '', note = '', text = '']) => ({
      language,
      note,
      text,
    }),
  );
}

/** Each command of a console block with the lines that it is shown to say. */
export function commandsOf({ text }: Block): { command: string; shown: string[] }[] {
  return text
    .split(/^\$ /m)
    .slice(1)
    .map((part) => {
      const [command = '', ...shown] = part.trimEnd().split('\n');
      return { command, shown: shown.filter((line) => line !== '' && line !== '…') };
    });
}

/**
 * The first shown line that was not said, in the order of the page; null if all were. Numbers and durations may be
 * others, and `…` stands for anything.
 */
export function firstUnsaid(shown: readonly string[], said: string): string | null {
  const lines = said.split('\n').map(levelled);
  for (const line of shown) {
    const at = lines.findIndex((candidate) => pattern(line).test(candidate));
    if (at === -1) return line;
    lines.splice(0, at + 1);
  }
  return null;
}

function pattern(shown: string): RegExp {
  const literal = (part: string): string => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${levelled(shown).split('…').map(literal).join('.*')}$`);
}

function levelled(line: string): string {
  return line
    .replace(/\d+([.,]\d+)*[dhms]?( \d+[dhms])*/g, '#')
    .replace(/\s+/g, ' ')
    .trim();
}
