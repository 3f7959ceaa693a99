import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { BackendRef, Pair, Rule, RouteKind } from '../../../../activities/traffic/gateway/route.ts';
import { granularityOf, splitRules } from '../../../../activities/traffic/gateway/split-rules.ts';
import { withoutCanary } from '../../../../activities/traffic/gateway/without-canary.ts';
import type { Audience, Split } from '../../../../src/domain/rollout.ts';
import { ofTheApi, ofTraefik, servedBy, type Asked } from './model.ts';

const services = {
  namespace: 'shop',
  stable: 'checkout',
  canary: 'checkout-canary',
  baseline: 'checkout-baseline',
};

const to = (name: string, weight = 1, more = {}) => ({
  group: '',
  kind: 'Service',
  name,
  port: 80,
  weight,
  ...more,
});
const prefix = (value: string, more = {}) => ({ path: { type: 'PathPrefix', value }, ...more });
const header = (name: string, value: string) => ({ type: 'Exact', name, value });

function split(rules: Rule[], given: Partial<Split>, kind: RouteKind = 'HTTPRoute'): Rule[] {
  return splitRules({ kind, namespace: 'shop', rules, services }, { weight: 0, audience: null, ...given });
}

const plain: Rule = { matches: [prefix('/')], backendRefs: [to('checkout')] };
const staff: Audience = { header: { name: 'x-staff', value: '1' } };

describe('weights', () => {
  test('share what stable gets with the canary and the baseline', () => {
    const [rule] = split([plain], { weight: 0.1, baseline: 0.1 });
    expect(rule?.backendRefs).toEqual([
      to('checkout', 9_980),
      to('checkout-canary', 10),
      to('checkout-baseline', 10),
    ]);
  });

  test('leave stable in the rule at 100%, with nothing', () => {
    const [rule] = split([plain], { weight: 100 });
    expect(rule?.backendRefs).toEqual([to('checkout', 0), to('checkout-canary', 10_000)]);
  });

  test('keep the part of other Services, and the port and filters of a reference', () => {
    const filters = [{ type: 'RequestHeaderModifier', requestHeaderModifier: { remove: ['x'] } }];
    const [rule] = split([{ backendRefs: [to('checkout', 90, { filters }), to('mock', 10)] }], {
      weight: 10,
    });
    expect(rule?.backendRefs).toEqual([
      to('checkout', 81_000, { filters }),
      to('checkout-canary', 9_000, { filters }),
      to('mock', 10_000),
    ]);
  });

  test('are set in every rule that sends to stable, and in no other', () => {
    const other = { matches: [prefix('/cart')], backendRefs: [to('cart')] };
    const elsewhere = { matches: [prefix('/x')], backendRefs: [to('checkout', 1, { namespace: 'test' })] };
    const external = {
      matches: [prefix('/y')],
      backendRefs: [to('checkout', 1, { kind: 'ServiceImport', group: 'multicluster.x-k8s.io' })],
    };
    const switchedOff = { matches: [prefix('/z')], backendRefs: [to('cart'), to('checkout', 0)] };
    const rules = [other, plain, elsewhere, external, switchedOff, { ...plain, matches: [prefix('/v1')] }];
    const made = split(rules, { weight: 5 });
    expect(made.map((rule, at) => rule === rules[at])).toEqual([true, false, true, true, true, false]);
  });

  test.each([
    [[1], 0.01],
    [[100, 100], 0.01],
    [[333, 667], 0.1],
    [[99_999, 1], 10],
    [[500_001, 499_999], 100],
  ])('of %j allow multiples of %d%%', (weights, granularity) => {
    const [ofStable = 1, ...others] = weights;
    const rules = [
      { backendRefs: [to('checkout', ofStable), ...others.map((weight) => to('other', weight))] },
    ];
    expect(granularityOf({ kind: 'HTTPRoute', namespace: 'shop', rules, services })).toBe(granularity);
    const [rule] = split(rules, { weight: 100 });
    for (const { weight = 1 } of rule?.backendRefs ?? []) expect(weight).toBeLessThanOrEqual(1_000_000);
  });

  test('are refused where nothing is sent to stable, and where users stick to a copy', () => {
    expect(() => split([{ backendRefs: [to('cart')] }], { weight: 5 })).toThrow(
      /no rule of the HTTPRoute sends to the Service checkout/,
    );
    expect(() => split([{ ...plain, sessionPersistence: { type: 'Cookie' } }], { weight: 5 })).toThrow(
      /sessionPersistence/,
    );
  });

  test('keep whatever else a rule has', () => {
    const more = {
      name: 'all',
      timeouts: { request: '5s' },
      retry: { attempts: 2 },
      filters: [{ type: 'RequestMirror', requestMirror: { backendRef: { name: 'mirror', port: 80 } } }],
      laterField: { anything: 1 },
    };
    const [first, second] = split([{ ...plain, ...more }], { weight: 5, audience: staff });
    const { name: _, ...unnamed } = more;
    expect(first).toMatchObject(unnamed);
    expect(first).not.toHaveProperty('name');
    expect(second).toMatchObject(more);
  });
});

describe('an audience', () => {
  test("has rules before the user's own, which lead to the canary", () => {
    const made = split(
      [{ matches: [prefix('/'), prefix('/v1', { method: 'POST' })], backendRefs: [to('checkout')] }],
      { audience: staff },
    );
    expect(made).toEqual([
      {
        matches: [
          prefix('/', { headers: [header('x-staff', '1')] }),
          prefix('/v1', { method: 'POST', headers: [header('x-staff', '1')] }),
        ],
        backendRefs: [to('checkout-canary')],
      },
      { matches: [prefix('/'), prefix('/v1', { method: 'POST' })], backendRefs: [to('checkout')] },
    ]);
  });

  test('is not made for matches that it has nothing in common with', () => {
    const made = split(
      [
        {
          matches: [
            prefix('/beta/x'),
            prefix('/cart'),
            { path: { type: 'Exact', value: '/beta' } },
            prefix('/', { method: 'GET' }),
          ],
          backendRefs: [to('checkout')],
        },
      ],
      { audience: { path: '/beta' } },
    );
    expect(made[0]?.matches).toEqual([
      prefix('/beta/x'),
      { path: { type: 'Exact', value: '/beta' } },
      prefix('/beta', { method: 'GET' }),
    ]);
  });

  test('takes nothing from a rule for another Service that it now would stand before', () => {
    const other = {
      matches: [prefix('/', { headers: [header('x-tenant', 'a')] })],
      backendRefs: [to('tenant-a')],
    };
    const made = split([plain, other], { audience: staff });
    expect(made.map(({ backendRefs }) => backendRefs?.[0]?.name)).toEqual([
      'checkout-canary',
      'tenant-a',
      'checkout',
      'tenant-a',
    ]);
    expect(made[1]?.matches).toEqual([
      prefix('/', { headers: [header('x-tenant', 'a'), header('x-staff', '1')] }),
    ]);
  });

  test.each<[string, Rule[], Audience, RegExp]>([
    [
      'a path beside a pattern',
      [
        {
          matches: [{ path: { type: 'RegularExpression', value: '/v\\d+/.*' } }],
          backendRefs: [to('checkout')],
        },
      ],
      { path: '/beta' },
      /regular expression \/v/,
    ],
    [
      'a header that the route matches by a pattern',
      [
        {
          matches: [prefix('/', { headers: [{ type: 'RegularExpression', name: 'X-Staff', value: '.+' }] })],
          backendRefs: [to('checkout')],
        },
      ],
      staff,
      /matches x-staff itself/,
    ],
    [
      'a cookie beside another',
      [
        {
          matches: [prefix('/', { headers: [{ type: 'RegularExpression', name: 'cookie', value: 'a=1' }] })],
          backendRefs: [to('checkout')],
        },
      ],
      { cookie: { name: 'b', value: '1' } },
      /matches Cookie itself/,
    ],
    ['a backtick in a header', [plain], { header: { name: 'x', value: '`) || Path(`/' } }, /backtick/],
    ['a backtick in a cookie', [plain], { cookie: { name: 'x', value: '`' } }, /backtick/],
    ['a backtick in a query', [plain], { query: { name: 'x', value: '`' } }, /backtick/],
    ['a query parameter that is no token', [plain], { query: { name: 'a b', value: '1' } }, /named "a b"/],
    ['a path with a percent sign', [plain], { path: '/a%2Fb' }, /"\/a%2Fb" cannot be matched/],
    ['a path with an empty part', [plain], { path: '/a//b' }, /cannot be matched/],
    ['a path with ..', [plain], { path: '/a/../b' }, /cannot be matched/],
    [
      'a part of a prefix that is replaced',
      [
        {
          ...plain,
          filters: [
            {
              type: 'URLRewrite',
              urlRewrite: { path: { type: 'ReplacePrefixMatch', replacePrefixMatch: '/x' } },
            },
          ],
        },
      ],
      { path: '/beta' },
      /replaces the prefix/,
    ],
    [
      'too many rules',
      Array.from({ length: 9 }, (_, at) => ({ ...plain, matches: [prefix(`/${String(at)}`)] })),
      staff,
      /18 rules, and 16 are the most/,
    ],
    [
      'too many matches',
      [
        { ...plain, matches: Array.from({ length: 64 }, (_, at) => prefix(`/${String(at)}`)) },
        { ...plain, matches: [prefix('/x')] },
      ],
      staff,
      /130 matches, and 128 are the most/,
    ],
  ])('is refused for %s', (_, rules, audience, sentence) => {
    expect(() => split(rules, { audience })).toThrow(sentence);
  });

  test('of a whole prefix that is replaced is possible', () => {
    const rewritten = {
      ...plain,
      filters: [
        {
          type: 'URLRewrite',
          urlRewrite: { path: { type: 'ReplacePrefixMatch', replacePrefixMatch: '/x' } },
        },
      ],
    };
    expect(split([rewritten], { audience: staff })).toHaveLength(2);
  });

  test('is refused where it would turn two rules around', () => {
    const rules: Rule[] = [
      { matches: [prefix('/', { headers: [header('x-staff', '1')] })], backendRefs: [to('checkout')] },
      { matches: [prefix('/', { headers: [header('y', '2')] })], backendRefs: [to('other')] },
    ];
    expect(() => split(rules, { audience: staff })).toThrow(/could change places/);
  });

  test.each([
    ['session=1', true],
    ['a=2; session=1; b=3', true],
    ['a=2;session=1', true],
    ['session=1;', true],
    ['mysession=1', false],
    ['session=10', false],
    ['a=session=1', false],
    ['SESSION=1', false],
    ['', false],
  ])('finds its cookie in %j: %s, by the whole value and by a part of it', (cookie, belongs) => {
    const [rule] = split([plain], { audience: { cookie: { name: 'session', value: '1' } } });
    const pattern = rule?.matches?.[0]?.headers?.[0]?.value ?? '';
    expect(new RegExp(pattern).test(cookie)).toBe(belongs);
    expect(new RegExp(`^(?:${pattern})$`).test(cookie)).toBe(belongs);
  });

  test('takes a cookie for what it is, whatever it holds', () => {
    const [rule] = split([plain], { audience: { cookie: { name: 'a.b', value: 'x|y$(z)"\\d' } } });
    const pattern = new RegExp(rule?.matches?.[0]?.headers?.[0]?.value ?? '');
    expect(pattern.test('c=1; a.b=x|y$(z)"\\d')).toBe(true);
    for (const other of ['aXb=x|y$(z)"\\d', 'a.b=x', 'y$(z)"\\d', 'a.b=x|y$(z)"5'])
      expect(pattern.test(other)).toBe(false);
  });
});

describe('a GRPCRoute', () => {
  const call = (service: string, method?: string, headers?: Pair[]) => ({
    method: { type: 'Exact', service, ...(method !== undefined && { method }) },
    ...(headers && { headers }),
  });

  test('is split as an HTTPRoute is, a rule without matches included', () => {
    const rules: Rule[] = [
      { matches: [call('shop.Cart', 'Add')], backendRefs: [to('checkout')] },
      { backendRefs: [to('checkout')] },
    ];
    const made = split(rules, { weight: 10, audience: staff }, 'GRPCRoute');
    expect(made.map(({ matches }) => matches)).toEqual([
      [call('shop.Cart', 'Add', [header('x-staff', '1')])],
      [{ headers: [header('x-staff', '1')] }],
      [call('shop.Cart', 'Add')],
      undefined,
    ]);
    expect(made[3]?.backendRefs).toEqual([to('checkout', 9_000), to('checkout-canary', 1_000)]);
  });

  test.each<Audience>([{ path: '/beta' }, { query: { name: 'a', value: 'b' } }])(
    'is refused the audience %j',
    (audience) => {
      expect(() => split([plain], { audience }, 'GRPCRoute')).toThrow(
        /matches neither a path nor a query parameter/,
      );
    },
  );
});

describe('of any route and any audience', () => {
  const names = fc.constantFrom('x-staff', 'x-tenant', 'y');
  const values = fc.constantFrom('1', '2');
  const paths = fc.constantFrom('/', '/a', '/a/b', '/b', '/beta');
  const pairs = fc.uniqueArray(fc.record({ type: fc.constant('Exact'), name: names, value: values }), {
    maxLength: 3,
    selector: ({ name }) => name,
  });
  const matches = fc.array(
    fc.record(
      {
        path: fc.record({ type: fc.constantFrom('PathPrefix', 'Exact'), value: paths }),
        method: fc.constantFrom('GET', 'POST'),
        headers: pairs,
        queryParams: pairs,
      },
      { requiredKeys: ['path'] },
    ),
    { minLength: 1, maxLength: 3 },
  );
  const routes = fc.array(
    fc.record({
      matches,
      backendRefs: fc.constantFrom<BackendRef[]>(
        [to('checkout')],
        [to('cart')],
        [to('checkout', 3), to('mock', 1)],
      ),
    }),
    { minLength: 1, maxLength: 4 },
  );
  const pairOf = fc.record({ name: names, value: values });
  const audiences = fc
    .record(
      { header: pairOf, query: pairOf, path: fc.constantFrom('/a', '/beta', '/') },
      { requiredKeys: [] },
    )
    .filter((audience) => Object.keys(audience).length > 0);
  const requests = fc.record({
    path: fc.constantFrom('/', '/a', '/a/b', '/a/b/c', '/ab', '/b', '/beta/x', '/c'),
    method: fc.constantFrom('GET', 'POST'),
    headers: fc.dictionary(names, values),
    query: fc.dictionary(names, values),
  });

  function has({ header: asked, query, path }: Audience, request: Asked): boolean {
    const base = (path ?? '/').replace(/\/$/, '');
    return (
      (asked === undefined || request.headers[asked.name] === asked.value) &&
      (query === undefined || request.query[query.name] === query.value) &&
      (request.path === base || request.path.startsWith(`${base}/`))
    );
  }

  const canaryFor = (rule: Rule) =>
    rule.backendRefs?.map((ref) => (ref.name === 'checkout' ? { ...ref, name: 'checkout-canary' } : ref));

  test.each([
    ['of the API', ofTheApi],
    ['of Traefik', ofTraefik],
  ] as const)(
    'every request is served as its user wrote it, by the precedence %s, but for the canary',
    (_, scoring) => {
      let tried = 0;
      fc.assert(
        fc.property(
          routes,
          audiences,
          fc.array(requests, { minLength: 20, maxLength: 20 }),
          (rules, audience, asked) => {
            let made: Rule[];
            try {
              made = split(rules, { audience });
            } catch {
              return; // It is refused with a sentence: nothing is misrouted.
            }
            for (const request of asked) {
              tried += 1;
              const before = servedBy('HTTPRoute', rules, request, scoring);
              const now = servedBy('HTTPRoute', made, request, scoring);
              const expected =
                before === null ? undefined : has(audience, request) ? canaryFor(before) : before.backendRefs;
              expect(now?.backendRefs).toEqual(expected);
            }
          },
        ),
        { numRuns: 1_500 },
      );
      expect(tried).toBeGreaterThan(5_000);
    },
  );
});

describe('a route that someone else has changed', () => {
  const dividing = (rules: Rule[]) => ({ kind: 'HTTPRoute' as const, namespace: 'shop', rules, services });
  const nothingOurs = () => false;

  test('loses the canary, and keeps the change', () => {
    const [audience, rule] = split([plain], { weight: 10, baseline: 10, audience: staff });
    const changed = { ...rule, timeouts: { request: '1s' } };
    expect(withoutCanary(dividing([audience ?? {}, changed]), nothingOurs)).toEqual([
      { ...plain, timeouts: { request: '1s' }, backendRefs: [to('checkout', 10_000)] },
    ]);
  });

  test('is left alone where it has no canary', () => {
    expect(withoutCanary(dividing([plain]), nothingOurs)).toEqual([plain]);
  });
});
