/** Labels by which a copy beside stable is apart from stable. Pure. */
import type { Selector } from '../../kubernetes/kinds.ts';
import { labelValue, type Beside } from '../../kubernetes/names.ts';

type Labels = Readonly<Record<string, string>>;

export function isSelected({ matchLabels = {}, matchExpressions = [] }: Selector, labels: Labels): boolean {
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every(({ key, operator, values }) => {
      const value = labels[key];
      if (operator === 'Exists') return value !== undefined;
      if (operator === 'DoesNotExist') return value === undefined;
      const isListed = value !== undefined && (values ?? []).includes(value);
      return operator === 'In' ? isListed : !isListed;
    })
  );
}

/** As the API takes it. */
export function selectorText({ matchLabels = {}, matchExpressions = [] }: Selector): string {
  return [
    ...Object.entries(matchLabels).map(([key, value]) => `${key}=${value}`),
    ...matchExpressions.map(({ key, operator, values }) => {
      if (operator === 'Exists') return key;
      if (operator === 'DoesNotExist') return `!${key}`;
      return `${key} ${operator === 'In' ? 'in' : 'notin'} (${(values ?? []).join(',')})`;
    }),
  ].join(',');
}

/** What selects the pods of stable. */
interface Selecting {
  /** For people: `Service checkout`. */
  name: string;
  selector: Selector;
}

interface Apart {
  labels: Record<string, string>;
  /** What still selects them. */
  caughtBy: string[];
}

/**
 * Labels like these that nothing of `out` selects, with as few changes as there may be.
 *
 * @param kept labels that stay as they are
 */
export function labelsApart(
  labels: Labels,
  out: readonly Selecting[],
  track: Beside,
  kept: ReadonlySet<string> = new Set(),
): Apart {
  const apart: Record<string, string> = { ...labels };
  for (const { selector } of out) {
    if (!isSelected(selector, apart)) continue;
    const { matchLabels = {}, matchExpressions = [] } = selector;
    const byValue = [
      ...Object.keys(matchLabels),
      ...matchExpressions.flatMap(({ key, operator }) => (operator === 'In' ? [key] : [])),
    ].find((key) => !kept.has(key));
    const byPresence = matchExpressions.find(({ key, operator }) => operator === 'Exists' && !kept.has(key));
    if (byValue !== undefined) apart[byValue] = labelValue(`${apart[byValue] ?? ''}-${track}`);
    else if (byPresence !== undefined) Reflect.deleteProperty(apart, byPresence.key);
  }
  const caughtBy = out.filter(({ selector }) => isSelected(selector, apart)).map(({ name }) => name);
  return { labels: apart, caughtBy };
}
