/** A number for the record: four digits are enough to read, and keep it small; what is infinite would not go through JSON. */
export function brief(value: number): number {
  return Number(Math.min(value, 1e300).toPrecision(4));
}
