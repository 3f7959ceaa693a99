const kibibyte = 1024;

/** Bytes that a value takes as JSON in UTF-8, which is how Temporal keeps it; 0 for undefined. */
export function bytesOf(value: unknown): number {
  const text = JSON.stringify(value) as string | undefined;
  return text === undefined ? 0 : utf8Length(text);
}

function utf8Length(text: string): number {
  let bytes = text.length;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit >= 0x80) bytes += 1;
    // A character outside of the basic plane is two units and four bytes.
    if (unit >= 0x800 && (unit < 0xd800 || unit > 0xdfff)) bytes += 1;
  }
  return bytes;
}

/** As much of a text as takes at most `most` bytes as JSON in UTF-8, from its beginning; no character is halved. */
export function beginning(text: string, most: number): string {
  const upTo = (end: number): string => text.slice(0, isWithinCharacter(text, end) ? end - 1 : end);
  const fits = (beginning: string): boolean => bytesOf(beginning) - quotes <= most;
  // Each code unit takes at least a byte.
  let beyond = Math.min(text.length, most) + 1;
  let end = 0;
  if (beyond > text.length && fits(text)) return text;
  while (beyond - end > 1) {
    const middle = Math.floor((end + beyond) / 2);
    if (fits(upTo(middle))) end = middle;
    else beyond = middle;
  }
  return upTo(end);
}

const quotes = 2;

function isWithinCharacter(text: string, at: number): boolean {
  return /^[\ud800-\udbff][\udc00-\udfff]$/.test(text.slice(at - 1, at + 1));
}

/** `1.2 MiB`, `64 KiB`, `310 bytes`: for people. */
export function sizeText(bytes: number): string {
  const [amount, unit] =
    bytes >= kibibyte * kibibyte
      ? [bytes / kibibyte / kibibyte, 'MiB']
      : bytes >= kibibyte
        ? [bytes / kibibyte, 'KiB']
        : [bytes, 'bytes'];
  return `${String(Math.round(amount * 10) / 10)} ${unit}`;
}
