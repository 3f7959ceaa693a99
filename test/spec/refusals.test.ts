import { describe, expect, test } from 'vitest';
import { completeSpec, maxSpecBytes, parseSpec, SpecError, tooLarge } from '../../src/spec/parse.ts';
import { badSpecs, written } from './bad-specs.ts';

function refusal(act: () => unknown): SpecError {
  try {
    act();
  } catch (error) {
    if (error instanceof SpecError) return error;
    throw error;
  }
  throw new Error('not refused');
}

/** The spec's text without its mark, and what the mark points at. */
function unmarked(text: string): { text: string; line: number; column: number } {
  const before = text.includes('▸') ? text.slice(0, text.indexOf('▸')) : '';
  const lines = before.split('\n');
  return { text: text.replace('▸', ''), line: lines.length, column: lines.at(-1)!.length + 1 };
}

describe('refuses, naming the place, what was found and what is allowed:', () => {
  test.each(badSpecs)('$what', ({ text: marked, path, says }) => {
    const { text, line, column } = unmarked(marked);
    const error = refusal(() => parseSpec(text, 'rollout.yaml'));

    expect(error.problems).toHaveLength(1);
    expect(error.problems[0]).toMatchObject({ path, line, column });
    const where = `rollout.yaml:${line}:${column}${path === '' ? '' : ` ${path}`}: found `;
    expect(error.message.startsWith(where), `${error.message} begins with ${where}`).toBe(true);
    for (const words of says) expect(error.message).toContain(words);
  });

  test('the same specs as values, without a place', () => {
    const error = refusal(() => completeSpec({ service: 'checkout', version: '2', steps: [{}] }));
    expect(error.problems.map(({ path }) => path)).toEqual(['target', 'steps[0]']);
    expect(error.message).toMatch(/^target: found nothing, expected a mapping with type\nsteps\[0\]: found /);
  });

  test('a version that was given from outside, without a place in the text', () => {
    const text = written({ stable: 'v1', first: '7' });
    const empty = refusal(() => parseSpec(text, 'rollout.yaml', { version: '' }));
    expect(empty.message).toMatch(
      /^rollout.yaml version: found "", expected text .*\nrollout.yaml:7:8 first: /,
    );
    const again = refusal(() => parseSpec(written({ stable: 'v1' }), 'rollout.yaml', { version: 'v1' }));
    expect(again.message).toBe('rollout.yaml version: found "v1", expected another version than stable');
    const list = refusal(() => parseSpec('[]', 'rollout.yaml', { version: 'v1' }));
    expect(list.message).toContain('found an empty list, expected a mapping');
  });

  test('what is no spec at all', () => {
    expect(refusal(() => completeSpec(undefined)).message).toContain(
      'the spec: found nothing, expected a mapping',
    );
  });
});

describe('says all that is wrong at once', () => {
  test.each([
    ['rate', { events: 'bad{track="$track"}', total: 'all{track="$track"}' }],
    ['latency', { histogram: 'took{track="$track"}' }],
    ['gauge', { value: 'queue{track="$track"}' }],
  ])('of a prometheus whose url is none, with a metric of kind %s', (kind, asked) => {
    const source = { type: 'prometheus', url: 'HTTPS://metrics.example/', ...asked };
    const spec = {
      service: 'shop',
      version: '2',
      target: { type: 'http', url: 'http://127.0.0.1:1' },
      metrics: [{ name: 'watched', kind, source }],
      steps: [{ weight: 5, bake: '1m' }],
    };
    const { problems } = refusal(() => completeSpec(spec));
    expect(problems.map(({ path }) => path)).toEqual(['metrics[0].source.url']);
  });

  test('in the order of the text, the rules of the whole spec beside those of its parts', () => {
    const text = `servic: checkout
version: 2.4
target: { type: http, url: ftp://127.0.0.1/app }
every: 5s
metrics:
  - { name: queue, kind: value, source: { type: http, url: http://a/, value: $.n } }
  - { name: queue, kind: value, sorce: {}, source: { type: http, url: http://a/, value: $.n }, min: 5, max: 2 }
steps:
  - { weight: 200, bake: 1s }
  - { weight: 20, bake: 1m, approve: no }
  - { approve: everyone, need: 2, by: [ann] }
notify:
  - { type: webhook, url: hooks.example }
`;
    const { problems } = refusal(() => parseSpec(text, 'rollout.yaml'));
    expect(problems.map(({ path, line, column }) => `${line}:${column} ${path}`)).toEqual([
      '1:1 service',
      '1:1 servic',
      '2:10 version',
      '3:28 target.url',
      '6:5 metrics[0]',
      '7:13 metrics[1].name',
      '7:33 metrics[1].sorce',
      '7:101 metrics[1].min',
      '9:15 steps[0].weight',
      '10:29 steps[1].approve',
      '13:27 notify[0].url',
    ]);
  });

  test('rules are checked beside a number out of its range and an unknown key', () => {
    const text = written({
      every: '5m',
      steps:
        '[{ weight: 200, bake: 1m, colour: red }, { weight: 20, bake: 1m }, { approve: all, need: 1.5 }]',
    });
    const { problems } = refusal(() => parseSpec(text, 'rollout.yaml'));
    expect(problems.map(({ path }) => path)).toEqual([
      'steps[0].weight',
      'steps[0].colour',
      'steps[1].weight',
      'steps[2].need',
      'every',
    ]);
  });

  test('a hundred lines of message at most, and how many more there are', () => {
    const keys = Array.from({ length: 250 }, (_, at) => `colour-${at}: red\n`).join('');
    const error = refusal(() => parseSpec(written({}) + keys, 'rollout.yaml'));
    expect(error.problems).toHaveLength(100);
    expect(error.more).toBe(150);
    expect(error.message.split('\n')).toHaveLength(101);
    expect(error.message).toMatch(/… and 150 more problems$/);
  });
});

describe('keeps out of its messages what may be secret', () => {
  test.each([
    ['a header', { target: '{ type: http, url: http://a/, headers: { Authorization: hunter2 } }' }],
    ['a header of many lines', { target: '{ type: http, url: http://a/, headers: { X-A: "hunter2\\nb" } }' }],
    [
      'a secret in place of its name',
      { target: '{ type: http, url: http://a/, headers: { X-A: { secret: hunter2 } } }' },
    ],
    ['a password in a URL', { target: '{ type: http, url: http://me:hunter2@a/ }' }],
    ['a password in a URL without a scheme', { target: '{ type: http, url: "me:hunter2@a/" }' }],
    ['a key in the query of a URL', { target: '{ type: http, url: "ftp://a/?key=hunter2" }' }],
    ['the value of an unknown key', { token: 'hunter2' }],
    ['a number in the place of a body', { load: '{ type: http, url: http://a/, body: 4711 }' }],
    ['a line that is no YAML', { version: '"hunter2' }],
  ])('%s', (_, sections) => {
    expect(refusal(() => parseSpec(written(sections), 'rollout.yaml')).message).not.toMatch(/hunter2|4711/);
  });

  test('and cuts what is long', () => {
    const long = 'x'.repeat(900);
    const error = refusal(() =>
      parseSpec(written({ [long]: '1', target: long, first: long }), 'rollout.yaml'),
    );
    expect(error.problems).toHaveLength(3);
    for (const line of error.message.split('\n')) expect(line.length).toBeLessThan(400);
  });
});

describe('refuses quickly what would cost much', () => {
  test('more than a mebibyte, before reading it', () => {
    const text = written({}) + '#'.repeat(10 * 1024 * 1024);
    const { message } = refusal(() => parseSpec(text, 'rollout.yaml'));
    expect(message).toBe(tooLarge('rollout.yaml', Buffer.byteLength(text)).message);
    expect(message).toBe(
      `rollout.yaml: found a file of ${Buffer.byteLength(text)} bytes, expected a spec of at most ${maxSpecBytes} bytes`,
    );
  });

  test('counts bytes, not characters', () => {
    const text = `# ${'é'.repeat(600_000)}\n${written({})}`;
    expect(refusal(() => parseSpec(text, 'rollout.yaml')).message).toContain('a spec of at most');
  });

  test('a YAML bomb', () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i'];
    const bomb = names.map((name, at) => {
      const item = at === 0 ? 'x' : `*${names[at - 1]!}`;
      return `${name}: &${name} [${Array<string>(9).fill(item).join(', ')}]`;
    });
    const error = refusal(() => parseSpec(bomb.join('\n'), 'rollout.yaml'));
    expect(error.problems).toHaveLength(72);
    expect(error.problems[0]).toMatchObject({ path: 'b[0]', line: 2, column: 8, found: 'the alias "*a"' });
  });

  const mebibyte = 1024 * 1024;

  test.each([
    ['open brackets', '['.repeat(mebibyte), 'nesting deeper than 20 levels'],
    ['closed brackets', '['.repeat(mebibyte / 2) + ']'.repeat(mebibyte / 2), 'nesting deeper than 20 levels'],
    ['mappings in one another', '{a: '.repeat(mebibyte / 4), 'nesting deeper than 20 levels'],
    ['lists on one line', '- '.repeat(mebibyte / 2), 'nesting deeper than 20 levels'],
    ['explicit keys', '? '.repeat(mebibyte / 2), 'nesting deeper than 20 levels'],
    [
      'indented keys',
      Array.from({ length: 1400 }, (_, at) => `${' '.repeat(at)}a:\n`).join(''),
      'nesting deeper than 20 levels',
    ],
    ['keys', Array.from({ length: 80_000 }, (_, at) => `k${at}: 1`).join('\n'), 'more than 100000 tokens'],
    ['the same key', 'service: a\n'.repeat(90_000), 'more than 100000 tokens'],
    ['steps', `steps: [${'{},'.repeat(340_000)}]`, 'more than 100000 tokens'],
    ['aliases', `b: [*a${',*a'.repeat(340_000)}]`, 'more than 100000 tokens'],
    ['anchors', '&a '.repeat(340_000), 'more than 100000 tokens'],
    ['wrong values', 'a: @x\n'.repeat(170_000), 'more than 100000 tokens'],
    ['comments', '#\n'.repeat(500_000), 'more than 100000 tokens'],
    [
      'fewer keys, which are parsed',
      Array.from({ length: 15_000 }, (_, at) => `k${at}: 1`).join('\n'),
      'a mapping with 15000 keys',
    ],
  ])('a mebibyte of %s', (_, text, found) => {
    const began = performance.now();
    const error = refusal(() => parseSpec(text, 'rollout.yaml'));
    expect(error.message).toContain(found);
    expect(error.problems.length).toBeLessThanOrEqual(100);
    expect(performance.now() - began).toBeLessThan(20_000);
  });

  test('not what is nested as deep as a spec may be', () => {
    const block = Array.from({ length: 19 }, (_, at) => `${' '.repeat(at)}a:\n`).join('');
    for (const text of [`${block}${' '.repeat(19)}a: 1`, `${'['.repeat(20)}${']'.repeat(20)}`]) {
      expect(refusal(() => parseSpec(text, 'rollout.yaml')).message).not.toContain('nesting');
    }
  });

  const cycle: Record<string, unknown> = {};
  cycle['target'] = cycle;
  const nested = (times: number, around: (inner: unknown) => unknown): unknown =>
    Array.from({ length: times }).reduce((inner: unknown) => around(inner), 1);

  test.each([
    [
      '100,000 unknown keys',
      Object.fromEntries(Array.from({ length: 100_000 }, (_, at) => [`key-${at}`, 1])),
      'the spec: found a mapping with 100000 keys, expected at most 1000',
    ],
    [
      'a list of 100,000',
      { steps: Array.from({ length: 100_000 }, () => ({ weight: 1 })) },
      'steps: found a list of 100000, expected at most 1000 entries',
    ],
    [
      'lists in one another',
      { judge: nested(1_000_000, (inner) => [inner]) },
      'the spec: found nesting deeper than 20 levels, expected at most 20 levels',
    ],
    [
      'what refers to itself',
      cycle,
      'the spec: found nesting deeper than 20 levels, expected at most 20 levels',
    ],
    [
      'the same list many times over',
      { judge: nested(15, (inner) => Array.from({ length: 900 }, () => inner)) },
      'the spec: found more than 50000 values, expected at most 50000',
    ],
    [
      '50 MB of text',
      { version: 'a'.repeat(50_000_000) },
      'the spec: found more than 1048576 characters of text, expected at most 1048576',
    ],
    [
      'the key __proto__',
      JSON.parse('{"target":{"headers":{"__proto__":"x"}}}') as unknown,
      'target.headers.__proto__: found the key "__proto__", expected another key',
    ],
    ['a date', { every: new Date() }, 'every: found an object of a class, expected plain data, as in JSON'],
    [
      'a getter',
      {
        steps: [
          {
            get bake() {
              return '1m';
            },
          },
        ],
      },
      'steps[0].bake: found a getter or a setter, expected plain data, as in JSON',
    ],
  ])('as a value: %s', (_, value, message) => {
    const began = performance.now();
    expect(refusal(() => completeSpec(value)).message).toBe(message);
    expect(performance.now() - began).toBeLessThan(1_500);
  });

  test('a thousand unknown keys, and suggests known ones for the first', () => {
    const keys = Array.from({ length: 900 }, (_, at) => [`metric${at}`, 1]);
    const { problems, more } = refusal(() => completeSpec(Object.fromEntries(keys)));
    expect(problems.length + more).toBe(904);
    expect(problems.filter(({ found }) => found.includes('did you mean metrics?'))).toHaveLength(20);
  });

  test('with a message that fits into history', () => {
    const source = { type: 'prometheus', events: `rate(${'x + '.repeat(400)}x)`, total: 'x' };
    const metrics = Array.from({ length: 50 }, () => ({ name: 'a', kind: 'rate', source }));
    const { message, problems } = refusal(() => completeSpec({ metrics }));
    expect(problems).toHaveLength(54);
    expect(message.length).toBeLessThan(34_000);
    const listed = message.split('\n').length - 1;
    expect(message).toMatch(new RegExp(`… and ${problems.length - listed} more problems$`));
  });
});
