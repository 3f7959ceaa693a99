/** Numbers for people, the same on every machine: no locale is asked. */

/** `1,040`, `2.98`, `0.00012`: two decimals, or two significant digits where those would show nothing. */
export function number(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-6 || size >= 1e15)) return value.toExponential(2);
  const decimals = size === 0 || size >= 0.1 ? 2 : 1 - Math.floor(Math.log10(size));
  const [whole = '', fraction = ''] = value.toFixed(decimals).split('.');
  const shown = fraction.replace(/0+$/, '');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return shown === '' ? grouped : `${grouped}.${shown}`;
}

/** `2.98%` of a fraction of one. */
export function percent(share: number): string {
  return `${number(share * 100)}%`;
}

/** `1 request`, `1,040 requests`. */
export function count(n: number, thing: string): string {
  return `${number(n)} ${thing}${n === 1 ? '' : 's'}`;
}

/** `150 req/s`, `0.5 req/s`. */
export function perSecond(rate: number): string {
  return `${number(rate)} req/s`;
}
