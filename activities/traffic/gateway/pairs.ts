/** Headers and parameters of the query that a match asks for, and those of an audience beside them. */
import { refused } from '../../failures.ts';
import { most, type Pair } from './route.ts';

/**
 * Both: what the match asks for, and what the audience has. Null: no request has both.
 *
 * @param isSame whether two names are one
 * @throws a non-retryable failure where the API has no way to ask for both
 */
export function bothPairs(
  asked: readonly Pair[],
  more: readonly Pair[],
  isSame: (one: string, other: string) => boolean,
): Pair[] | null {
  const pairs = [...asked];
  for (const pair of more) {
    const there = asked.find(({ name }) => isSame(name, pair.name));
    if (there === undefined) {
      pairs.push(pair);
      continue;
    }
    if (typeOf(there) === typeOf(pair) && there.value === pair.value) continue;
    if (typeOf(there) === 'Exact' && typeOf(pair) === 'Exact') return null;
    throw refused(
      `the route matches ${pair.name} itself (${there.value}), and the Gateway API matches a name once, so no audience can be matched by it; choose the audience by something else`,
    );
  }
  if (pairs.length > most.pairs)
    throw refused(
      `a match of the route has ${String(asked.length)} headers or parameters already, and ${String(most.pairs)} are the most; choose the audience by something else`,
    );
  return pairs;
}

/** Whether a request may have both; true, too, where nobody can tell. */
export function mayShare(
  one: readonly Pair[],
  other: readonly Pair[],
  isSame: (one: string, other: string) => boolean,
): boolean {
  return one.every((pair) => {
    const there = other.find(({ name }) => isSame(name, pair.name));
    return (
      there === undefined ||
      typeOf(there) !== 'Exact' ||
      typeOf(pair) !== 'Exact' ||
      there.value === pair.value
    );
  });
}

/** @throws a non-retryable failure for what the API cannot match */
export function exactly(what: 'header' | 'query parameter', { name, value }: Pair): Pair {
  if (!/^[\w!#$%&'*+.^|~-]{1,256}$/.test(name))
    throw refused(
      `the audience's ${what} is named ${JSON.stringify(name)}, which no route of the Gateway API can match; a name has letters, digits and any of !#$%&'*+-.^_|~`,
    );
  if (value.includes('`'))
    throw refused(
      `the audience's ${what} ${name} has a backtick in its value, which some gateways take for the end of it; choose another value`,
    );
  return { type: 'Exact', name, value };
}

function typeOf({ type = 'Exact' }: Pair): string {
  return type;
}
