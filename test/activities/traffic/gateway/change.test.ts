import { isDeepStrictEqual } from 'node:util';
import { describe, expect, test } from 'vitest';
import { unseen, untaken } from '../../../../activities/traffic/gateway/accepted.ts';
import {
  corrected,
  inForceOf,
  refuseChanged,
  withoutSplit,
  withSplit,
  type Place,
} from '../../../../activities/traffic/gateway/change.ts';
import { givenBack, lastOther, ownersOf } from '../../../../activities/traffic/gateway/owners.ts';
import { recordOf, refuseOlder } from '../../../../activities/traffic/gateway/record.ts';
import type { Rule } from '../../../../activities/traffic/gateway/route.ts';
import type { Route } from '../../../../activities/traffic/gateway/routes.ts';
import type { Split } from '../../../../src/domain/rollout.ts';
import { noTraffic } from '../../../../src/domain/split.ts';

const place: Place = {
  service: 'checkout',
  kind: 'HTTPRoute',
  name: 'shop',
  label: 'HTTPRoute shop/shop',
  services: {
    namespace: 'shop',
    stable: 'checkout',
    canary: 'checkout-canary',
    baseline: 'checkout-baseline',
  },
  probes: true,
};
const cart: Place = {
  ...place,
  service: 'cart',
  services: { namespace: 'shop', stable: 'cart', canary: 'cart-canary', baseline: 'cart-baseline' },
};

const rule = (path: string, name: string): Rule => ({
  matches: [{ path: { type: 'PathPrefix', value: path } }],
  backendRefs: [{ group: '', kind: 'Service', name, port: 80, weight: 1 }],
});
const rules = [rule('/', 'checkout'), rule('/cart', 'cart')];

const kubectl = (fields: string[]) => ({
  manager: 'kubectl',
  operation: 'Apply',
  time: '2026-11-28T10:00:00Z',
  fieldsV1: { 'f:spec': Object.fromEntries(fields.map((field) => [`f:${field}`, {}])) },
});

const written: Route = {
  metadata: {
    name: 'shop',
    namespace: 'shop',
    uid: 'u',
    resourceVersion: '1',
    generation: 3,
    annotations: { mine: 'kept' },
    managedFields: [kubectl(['rules', 'hostnames'])],
  },
  spec: { parentRefs: [{ name: 'web' }], hostnames: ['shop.example'], rules },
};

const fence = (number: number) => ({ epoch: 1000, number });

/** As an API server stores it: a changed spec is another generation. */
function stored(before: Route, after: Route): Route {
  const isSame = isDeepStrictEqual(before.spec, after.spec);
  const { generation = 0 } = before.metadata;
  return { ...after, metadata: { ...after.metadata, generation: generation + (isSame ? 0 : 1) } };
}

function shifted(route: Route, split: Split, number: number, from: Split = noTraffic, at = place): Route {
  return stored(route, withSplit(at, route, recordOf(route), { split, fence: fence(number), from }));
}

function back(route: Route, number: number, at = place): Route {
  return stored(route, withoutSplit(at, route, recordOf(route), fence(number)));
}

const ten: Split = { weight: 10, audience: { header: { name: 'x-staff', value: '1' } } };

describe('a route', () => {
  test("is its user's own again after a split, but for what it remembers", () => {
    const split = shifted(shifted(written, ten, 1), { weight: 50, audience: null }, 2, ten);
    expect(split.spec.rules).not.toEqual(rules);
    const after = back(split, 3);
    expect(after.spec).toEqual(written.spec);
    expect(after.metadata.annotations).toEqual({ mine: 'kept', 'coalmine/effects': '{"checkout":"1000/3"}' });
  });

  test('says which split it has', () => {
    const split = shifted(written, ten, 1);
    expect(inForceOf(place, recordOf(split))).toMatchObject({ split: ten, generation: 4 });
    expect(inForceOf(cart, recordOf(split))).toBeNull();
    expect(() => {
      refuseChanged(place, split, recordOf(split));
    }).not.toThrow();
  });

  test('may be told the same twice', () => {
    const once = shifted(written, ten, 1);
    expect(recordOf(shifted(once, ten, 1, ten))).toEqual(recordOf(once));
    const over = back(once, 2);
    expect(back(over, 2)).toEqual(over);
  });

  test('remembers effects of several services, and refuses older ones of each', () => {
    const both = back(
      shifted(back(shifted(written, ten, 7), 8), { weight: 5, audience: null }, 2, noTraffic, cart),
      3,
      cart,
    );
    expect(recordOf(both).effects).toEqual({ checkout: fence(8), cart: fence(3) });
    expect(() => {
      refuseOlder(recordOf(both), 'checkout', fence(7), 'it');
    }).toThrow(/has effect 8 of the rollout of 1970/);
    expect(() => {
      refuseOlder(recordOf(both), 'cart', fence(3), 'it');
    }).not.toThrow();
  });

  test('is split for one service at a time', () => {
    const split = shifted(written, ten, 1);
    expect(() => shifted(split, { weight: 5, audience: null }, 1, noTraffic, cart)).toThrow(
      /is split by the rollout of checkout/,
    );
    expect(back(split, 2, cart).spec).toEqual(split.spec);
    expect(inForceOf(place, recordOf(back(split, 2, cart)))).not.toBeNull();
  });

  test.each<[string, number, (route: Route) => Route]>([
    [
      'another weight',
      2,
      (route) => ({
        ...route,
        spec: {
          ...route.spec,
          rules: (route.spec.rules ?? []).map((one) => ({
            ...one,
            backendRefs: one.backendRefs?.map((ref) =>
              ref.name === 'checkout-canary' ? { ...ref, weight: 9_999 } : ref,
            ),
          })),
        },
      }),
    ],
    [
      'the rules that the user has in a repository',
      2,
      (route) => ({ ...route, spec: { ...route.spec, rules } }),
    ],
    [
      'a further rule',
      3,
      (route) => ({
        ...route,
        spec: { ...route.spec, rules: [...(route.spec.rules ?? []), rule('/new', 'checkout')] },
      }),
    ],
  ])('stops the rollout once someone else gives it %s, and a take-back keeps that', (_, left, edit) => {
    const split = shifted(written, ten, 1);
    const edited = edit(split);
    const changed = stored(split, {
      ...edited,
      metadata: {
        ...edited.metadata,
        managedFields: [{ ...kubectl(['rules']), manager: 'kubectl-edit', time: '2026-11-28T11:00:00Z' }],
      },
    });
    expect(() => {
      refuseChanged(place, changed, recordOf(changed));
    }).toThrow(/was changed by kubectl-edit at 2026-11-28T11:00:00Z since/);
    expect(() => shifted(changed, { weight: 50, audience: null }, 2, ten)).toThrow(
      /was changed by kubectl-edit/,
    );
    const after = back(changed, 3);
    expect(JSON.stringify(after.spec)).not.toContain('canary');
    expect(JSON.stringify(after.spec)).not.toContain('coalmine');
    expect(after.spec.rules).toHaveLength(left);
    expect(inForceOf(place, recordOf(after))).toBeNull();
  });

  test('goes on to be split where someone else changes another part of it', () => {
    const split = shifted(written, ten, 1);
    const changed = stored(split, {
      ...split,
      spec: { ...split.spec, hostnames: ['shop.example', 'www.shop.example'] },
    });
    expect(() => {
      refuseChanged(place, changed, recordOf(changed));
    }).not.toThrow();
    const after = back(changed, 2);
    expect(after.spec).toEqual({ ...written.spec, hostnames: ['shop.example', 'www.shop.example'] });
  });

  test('is given the canary no more once someone else has taken the record out of it', () => {
    const split = shifted(written, ten, 1);
    const bare = { ...split, metadata: { ...split.metadata, annotations: {} } };
    expect(() => {
      refuseChanged(place, bare, recordOf(bare));
    }).toThrow(/by no split that Coalmine knows of/);
    expect(() => shifted(bare, ten, 2, ten)).toThrow(/has no split of Coalmine in it any more/);
    expect(JSON.stringify(back(bare, 3).spec)).not.toContain('canary');
  });

  test('takes nothing unreadable for its memory', () => {
    const broken = {
      ...written,
      metadata: {
        ...written.metadata,
        annotations: { 'coalmine/effects': '{', 'coalmine/split': '{"rules":1}' },
      },
    };
    expect(recordOf(broken)).toEqual({ effects: {}, inForce: null });
  });

  test('learns its generation where the API server counts in another way', () => {
    const split = shifted(written, ten, 1);
    expect(corrected(split)).toBeNull();
    const other = { ...split, metadata: { ...split.metadata, generation: 9 } };
    expect(recordOf(corrected(other) ?? other).inForce?.generation).toBe(9);
  });
});

describe('the owners of the rules', () => {
  test('have them again after a split', () => {
    expect(ownersOf(written)).toEqual([{ manager: 'kubectl', operation: 'Apply' }]);
    const ours = {
      manager: 'coalmine',
      operation: 'Update',
      fieldsV1: { 'f:metadata': {}, 'f:spec': { 'f:rules': {} } },
    };
    const after = {
      ...written,
      metadata: { ...written.metadata, managedFields: [kubectl(['hostnames']), ours] },
    };
    const [theirs, rest] = givenBack(after, ownersOf(written))?.metadata.managedFields ?? [];
    expect(theirs).toEqual(kubectl(['hostnames', 'rules']));
    expect(rest).toEqual({ ...ours, fieldsV1: { 'f:metadata': {}, 'f:spec': {} } });
    expect(givenBack(written, ownersOf(written))).toBeNull();
    expect(givenBack(after, [{ manager: 'gone', operation: 'Apply' }])).toBeNull();
  });

  test('are told by who wrote last, and not by a gateway that writes status', () => {
    const managedFields = [
      kubectl(['rules']),
      { ...kubectl([]), manager: 'traefik', subresource: 'status', time: '2026-11-28T12:00:00Z' },
      { ...kubectl(['rules']), manager: 'coalmine', time: '2026-11-28T13:00:00Z' },
    ];
    expect(lastOther({ ...written, metadata: { ...written.metadata, managedFields } })).toBe(
      'kubectl at 2026-11-28T10:00:00Z',
    );
    expect(lastOther({ ...written, metadata: { ...written.metadata, managedFields: [] } })).toBe(
      'someone else',
    );
  });
});

describe('what gateways say', () => {
  const said = (conditions: object[], ref = { name: 'web' }): Route => ({
    ...written,
    status: {
      parents: [
        {
          parentRef: ref,
          controllerName: 'example/gateway',
          conditions: conditions.map((one) => ({
            type: 'Accepted',
            status: 'True',
            reason: '',
            message: '',
            observedGeneration: 3,
            ...one,
          })),
        },
      ],
    },
  });

  test.each<[string, Route, RegExp | null, RegExp | null]>([
    ['all of it', said([{}, { type: 'ResolvedRefs' }]), null, null],
    ['nothing yet', written, /no answer of the gateway web yet/, null],
    ['something to an older state', said([{ observedGeneration: 2 }]), /to its newest state yet/, null],
    ['something to another parent', said([{}], { name: 'other' }), /no answer of the gateway web yet/, null],
    [
      'that a Service is missing',
      said([
        {},
        { type: 'ResolvedRefs', status: 'False', reason: 'BackendNotFound', message: 'no checkout-canary' },
      ]),
      null,
      /ResolvedRefs is False, BackendNotFound \(no checkout-canary\)/,
    ],
    [
      'that it takes a part only',
      said([{}, { type: 'PartiallyInvalid', status: 'True', reason: 'UnsupportedValue' }]),
      null,
      /PartiallyInvalid is True, UnsupportedValue/,
    ],
    ['a thing of its own', said([{}, { type: 'example.com/Warm', status: 'False' }]), null, null],
  ])('is heard: %s', (_, route, late, refused) => {
    const heard = (why: string | null, expected: RegExp | null): void => {
      if (expected === null) expect(why).toBeNull();
      else expect(why).toMatch(expected);
    };
    heard(unseen(route), late);
    heard(untaken(route), refused);
  });

  test('is nothing for a route without a gateway', () => {
    expect(unseen({ ...written, spec: { rules } })).toMatch(/no parentRefs/);
  });
});
