/**
 * Rounds halves away from zero, by the number as it is written: 1.005 becomes 1.01, though its binary value lies below.
 * What is not finite, or larger
 * than any number with decimals, stays as it is.
 *
 * @param decimals at least 1
 */
export function roundHalfUp(value: number, decimals: number): number {
  if (Math.abs(value) >= 1e21) return value;
  const [whole = '', fraction = ''] = plain(Math.abs(value)).split('.');
  if (fraction.length <= decimals) return value;
  const kept = BigInt(whole + fraction.slice(0, decimals));
  const rounded = kept + ((fraction[decimals] ?? '0') >= '5' ? 1n : 0n);
  return (Math.sign(value) * Number(rounded)) / 10 ** decimals;
}

/** Without an exponent: what JavaScript writes with a negative one is too small to round up. */
function plain(size: number): string {
  const text = String(size);
  return text.includes('e-') ? '0.000000' : text;
}
