import type { Canvas } from './canvas.ts';
import { wrap } from './text.ts';

/** What somebody should look at, a paragraph for each. */
export function warningLines(
  warnings: readonly string[],
  { width, colors }: Pick<Canvas, 'width' | 'colors'>,
): string[] {
  return warnings.flatMap((text) => wrap(`Warning: ${text}`, width)).map((line) => colors.yellow(line));
}
