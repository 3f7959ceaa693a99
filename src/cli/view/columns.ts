/** Characters that a terminal draws two columns wide: those of East Asia, and emoji. */
const wide =
  /[\u1100-\u115f\u2e80-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{16fe0}-\u{18cff}\u{1b000}-\u{1b2ff}\u{1f000}-\u{1faff}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u;

const ascii = /^[\u0020-\u007e]*$/;

/** The most columns that a terminal takes to draw a text: marks and joiners count, as some terminals give them one. */
export function columns(text: string): number {
  if (ascii.test(text)) return text.length;
  return Array.from(text).reduce((sum, character) => sum + (wide.test(character) ? 2 : 1), 0);
}

/** The longest beginning of a text that fits into so many columns: one character at least, unless the text is empty. */
export function beginning(text: string, width: number): string {
  if (ascii.test(text)) return text.slice(0, Math.max(1, width));
  let taken = '';
  let room = width;
  for (const character of text) {
    room -= columns(character);
    if (room < 0 && taken !== '') break;
    taken += character;
  }
  return taken;
}

/** A text with blanks at its end, up to so many columns. */
export function padded(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - columns(text)));
}
