/** The commands of a documentation page with what they show, so that a test can run the page as it stands. */
import { readFile } from 'node:fs/promises';

export interface ShownCommand {
  command: string;
  /** What the page says that it shows; null where that is nothing. */
  shown: string;
  line: number;
}

/**
 * Every command of the `console` blocks of a Markdown file, in order. A command begins with `$ ` and goes on in the
 * next line after a backslash.
 */
export async function shownCommands(file: URL): Promise<ShownCommand[]> {
  const commands: ShownCommand[] = [];
  let inside = false;
  let open = false;
  for (const [index, line] of (await readFile(file, 'utf8')).split('\n').entries()) {
    const last = commands.at(-1);
    if (line.startsWith('```')) {
      inside = line === '```console';
      open = false;
    } else if (!inside) continue;
    else if (open && last !== undefined) {
      last.command += `\n${line}`;
      open = line.endsWith('\\');
    } else if (line.startsWith('$ ')) {
      commands.push({ command: line.slice(2), shown: '', line: index + 1 });
      open = line.endsWith('\\');
    } else if (last !== undefined) last.shown += `${line}\n`;
  }
  return commands;
}

/** The text of the `yaml` blocks of a Markdown file, in order. */
export async function yamlBlocks(file: URL): Promise<string[]> {
  const text = await readFile(file, 'utf8');
  return [...text.matchAll(/^```yaml\n(.*?)^```$/gms)].map(([, block = '']) => block);
}

/**
 * What matches what a command really showed: `…` in a line is any text of that line, a line of `…` alone any number
 * of lines. Spaces at the end of a line, and empty lines at either end, do not count.
 */
export function patternOf(shown: string): RegExp {
  const lines = shown
    .trimEnd()
    .split('\n')
    .map((line) => (line === '…' ? '(?:.*\\n)*?' : `${line.split('…').map(literally).join('.*')}\\n`));
  return new RegExp(`^${lines.join('')}$`);
}

/** As `patternOf` wants it. */
export function tidy(output: string): string {
  return `${output.replace(/[ \t]+$/gm, '').replace(/^\n+|\n+$/g, '')}\n`;
}

function literally(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
