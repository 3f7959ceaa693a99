/**
 * What shows nothing, or moves, hides or reorders what stands around it: controls (ANSI sequences begin with one), line and
 * paragraph separators, bidirectional controls, zero-width and other invisible characters, and halves of characters.
 */
const hiding = String.raw`\p{Cc}\p{Cs}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800`;

/** Scripts that are not written correctly without joiners and non-joiners between their letters. */
const joined = [
  ...['Arabic', 'Syriac', 'Mongolian', 'Devanagari', 'Bengali', 'Gurmukhi', 'Gujarati', 'Oriya'],
  ...['Tamil', 'Telugu', 'Kannada', 'Malayalam', 'Sinhala', 'Khmer', 'Myanmar'],
]
  .map((script) => String.raw`\p{Script=${script}}`)
  .join('');

/** Where such a character belongs to ordinary writing, and changes how its neighbours are drawn and nothing else. */
const ordinary = [
  // Signs that are drawn, though they count as format characters.
  String.raw`[\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\u{110bd}\u{110cd}]`,
  // Emoji of several: a family, a flag, a keycap.
  String.raw`(?<=[\p{Extended_Pictographic}\ufe0f\u{1f3fb}-\u{1f3ff}])\u200d(?=\p{Extended_Pictographic})`,
  String.raw`(?<=\p{Extended_Pictographic})[\ufe0e\ufe0f]`,
  String.raw`(?<=[0-9#*])\ufe0f(?=\u20e3)`,
  String.raw`(?<=[${joined}])[\u200c\u200d](?=[${joined}])`,
  // Variants of a letter.
  String.raw`(?<=\p{Script=Han})[\ufe00-\ufe02\u{e0100}-\u{e01ef}]`,
  String.raw`(?<=\p{Script=Mongolian})[\u180b-\u180d\u180f]`,
].join('|');

/** Marks stacked higher than any script does reach into the lines above and below. */
const stacked = String.raw`(?<=\p{M}{4})\p{M}`;

const hidden = new RegExp(`(?!${ordinary})[${hiding}]|${stacked}`, 'gu');

const short: Partial<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/**
 * A text from outside as a person may see it: on one line, in the order in which it is stored, with nothing invisible in it.
 * What would be hidden is escaped as JavaScript does (`\n`, `\u202e`, `\u{e0041}`); any other text stays as it is.
 */
export function visible(text: string): string {
  return text.replace(hidden, (character) => short[character] ?? escaped(character));
}

/** Whether a text is drawn as it is stored: nothing in it would have to be escaped by {@link visible}. */
export function isVisible(text: string): boolean {
  return visible(text) === text;
}

function escaped(character: string): string {
  const code = (character.codePointAt(0) ?? 0).toString(16).padStart(4, '0');
  return code.length > 4 ? String.raw`\u{${code}}` : String.raw`\u${code}`;
}

/** A copy of plain data in which every text is {@link visible}; keys stay as they are. */
export function visibleIn<T>(value: T): T {
  return shown(value) as T;
}

function shown(value: unknown): unknown {
  if (typeof value === 'string') return visible(value);
  if (Array.isArray(value)) return value.map(shown);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, shown(member)]));
}

/** A value as JSON on one line that means the same and hides nothing from whoever reads it in a terminal. */
export function visibleJson(value: unknown): string {
  return JSON.stringify(value).replace(hidden, (character) =>
    Array.from({ length: character.length }, (_, at) => escaped(character.charAt(at))).join(''),
  );
}
