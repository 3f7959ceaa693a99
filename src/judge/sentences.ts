import { beginning } from '../text/bytes.ts';
import { count } from '../text/number.ts';

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
