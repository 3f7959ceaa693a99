/** Numbers for people, the same on every machine: no locale is asked. */
import { beginning } from '../size.ts';

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

/** `2.98 %` of a fraction of one. */
export function percent(share: number): string {
  return `${number(share * 100)} %`;
}

/** `1 request`, `1,040 requests`. */
export function count(n: number, thing: string): string {
  return `${number(n)} ${thing}${n === 1 ? '' : 's'}`;
}

/** What is said of metrics, once where several have the same: at most three sentences, and how many metrics more there are. */
export function joined(said: readonly { name: string; because: string }[]): string {
  const alike = [...new Set(said.map(({ because }) => because))].map((because) => ({
    because,
    names: said.filter((one) => one.because === because).map(({ name }) => name),
  }));
  const shown = alike.slice(0, 3).map(({ names, because }) => `${names.join(', ')}: ${because}`);
  const more = alike.slice(3).flatMap(({ names }) => names).length;
  return [...shown, ...(more > 0 ? [`and ${count(more, 'more metric')}`] : [])].join('; ');
}

/** Bytes, as JSON, of what a source says of a gap: the judge's state has one for each metric, and stays small. */
export const mostOfAReason = 400;

/** What a cut shows, in bytes. */
const ellipsis = 3;

/** At most `most` bytes as JSON, the end left off, with no character halved. */
export function clipped(text: string, most: number): string {
  return beginning(text, most) === text ? text : `${beginning(text, most - ellipsis)}…`;
}
