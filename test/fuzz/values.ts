/** Values that nobody meant: what the other generators put where something else belongs. */
import fc from 'fast-check';

export function nested(levels: number, open = '[', close = ']'): string {
  return open.repeat(levels) + close.repeat(levels);
}

/** Regular expressions that backtrack, and paths that go over everything. */
export const hostilePaths = fc.constantFrom(
  String.raw`$.items[?match(@.name, '(a+)+b')]`,
  String.raw`$[?search(@, '(x+x+)+y')]`,
  '$..[?(@..a == @..b)]',
  `$${'..*'.repeat(20)}`,
  `$${'[0]'.repeat(5_000)}`,
  `$[${'0,'.repeat(5_000)}0]`,
  `$.${'a'.repeat(100_000)}`,
  `$[?${'('.repeat(2_000)}@${')'.repeat(2_000)}]`,
  '$[',
  '',
);

export const hostileTexts = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc.integer({ min: 1, max: 60_000 }).map((length) => 'a'.repeat(length)),
  hostilePaths,
  fc.constantFrom(
    '\u001b[2J\u001b[1;1Happroved by "ann"',
    'v2\nOutcome: promoted',
    '\u202e\u2066nimda',
    '<img src=x onerror=alert(1)>[click](http://127.0.0.1:9)',
    '../../etc/passwd',
    'http://127.0.0.1:9@192.0.2.1/',
    '$track$version$service',
    '__proto__',
    '1e400',
    '-1s',
    '999999999999d',
    'a'.repeat(30_000) + '!',
  ),
);

const hostileNumbers = fc.oneof(fc.double(), fc.constantFrom(-1, 0, 1e308, 2 ** 53, -0, 1.0000000000000002));

export const anything: fc.Arbitrary<unknown> = fc.oneof(
  hostileTexts,
  hostileNumbers,
  fc.constantFrom(null, true, false, [], {}),
  fc.array(hostileTexts, { maxLength: 5 }),
  fc.integer({ min: 100, max: 5_000 }).map((length) => Array.from({ length }, (_, index) => index)),
  fc
    .integer({ min: 100, max: 3_000 })
    .map((length) =>
      Object.fromEntries(Array.from({ length }, (_, index) => [`key${String(index)}`, index])),
    ),
  fc.jsonValue({ maxDepth: 4 }),
  fc.integer({ min: 10, max: 2_000 }).map((levels) => JSON.parse(nested(levels)) as unknown),
);

/** Puts a value somewhere into a copy of another: `way` chooses at each level, and stops where it is at its end. */
export function replaceWithin(whole: unknown, way: readonly number[], value: unknown): unknown {
  const [turn, ...rest] = way;
  if (turn === undefined || typeof whole !== 'object' || whole === null) return value;
  const keys = Object.keys(whole);
  if (keys.length === 0) return value;
  const key = keys[turn % keys.length] as keyof typeof whole;
  const within = replaceWithin(whole[key], rest, value);
  return Array.isArray(whole)
    ? whole.map((item: unknown, index) => (String(index) === key ? within : item))
    : { ...whole, [key]: within };
}

export const ways = fc.array(fc.nat({ max: 40 }), { minLength: 1, maxLength: 5 });
