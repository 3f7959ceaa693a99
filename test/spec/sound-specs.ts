import fc from 'fast-check';

/** Specs that keep every rule, with everything that may be left out there or not. */

const word = fc.stringMatching(/^[a-z][a-z0-9-]{0,10}$/);
const line = fc.string({ minLength: 1, maxLength: 30 }).filter((text) => /^\S(.*\S)?$/.test(text));
const url = fc.webUrl({ validSchemes: ['http', 'https'], withQueryParameters: true });
const urlOfTrack = url.map((text) => `${text}${text.includes('?') ? '&' : '?'}version=$version`);
const count = fc.integer({ min: 1, max: 200 });
const jsonPath = fc.constantFrom('$.status', '$.rates[0].errors', '$["a b"]', '$');
const duration = fc.oneof(
  fc.integer({ min: 10, max: 7_000_000 }).map((seconds) => `${seconds}s`),
  fc.constantFrom('5m', '1.5h', '24h', '90d', '10.25s'),
);
const loadDuration = fc.oneof(
  fc.integer({ min: 10, max: 3600 }).map((seconds) => `${seconds}s`),
  fc.constantFrom('5m', '1h', '10.25s'),
);
const headers = fc.dictionary(
  fc.nat({ max: 99 }).map((n) => `x-header-${n}`),
  fc.oneof(word, mapping({ secret: fc.stringMatching(/^[A-Z][A-Z0-9_]{0,10}$/) })),
  { maxKeys: 3, noNullPrototype: true },
);

/** A mapping with these keys, and with any of those. */
function mapping(required: Record<string, unknown>, optional: Record<string, fc.Arbitrary<unknown>> = {}) {
  const always = Object.entries(required).map(([key, value]) => [
    key,
    isArbitrary(value) ? value : fc.constant(value),
  ]);
  const parts = Object.fromEntries(always) as Record<string, fc.Arbitrary<unknown>>;
  return fc.record({ ...parts, ...optional }, { requiredKeys: Object.keys(required), noNullPrototype: true });
}

function isArbitrary(value: unknown): value is fc.Arbitrary<unknown> {
  return value instanceof fc.Arbitrary;
}

const target = mapping(
  { type: 'http', url },
  { deploy: url, check: url, promote: url, remove: url, headers, ready: duration },
);

const dockerTarget = mapping(
  {
    type: 'docker',
    image: fc.constantFrom('shop/checkout:$version', 'ghcr.io/shop/$service:$version-slim', 'nginx'),
    port: fc.integer({ min: 1, max: 65_535 }),
    address: fc.constantFrom('name', 'port'),
  },
  {
    engine: fc.constantFrom('unix:///var/run/docker.sock', 'unix:///run/user/1000/docker.sock'),
    container: fc.oneof(fc.constantFrom('web', 'shop/web'), mapping({ labels: fc.constant({ app: 'web' }) })),
    registry: fc.constant({ user: 'ci', password: { secret: 'REGISTRY' } }),
    health: fc.constantFrom('/', '/healthz?deep=1'),
    reports: fc.constant('/version'),
    env: fc.constant({ LEVEL: 'debug', OLD: null }),
    shared: fc.constant(['orders', '/srv/shop']),
    memory: fc.constantFrom('64m', '2G'),
    ready: duration,
    drain: duration,
  },
);

const httpLoad = mapping(
  { type: 'http', rate: fc.constantFrom('20/s', '3000/m', '10000/s') },
  { method: fc.constantFrom('GET', 'POST'), headers, body: fc.string(), duration: loadDuration, bake: url },
);
const tool = ['k6', '/opt/load', '-r$rate', '${duration}s', '$$5', '$summary', '$url', '$service-$version'];
const commandLoad = mapping(
  {
    type: 'command',
    rate: fc.constantFrom('20/s', '3000/m'),
    command: fc.shuffledSubarray(tool, { minLength: tool.length }).map((words) => ['k6', ...words]),
  },
  {
    summary: fc.constantFrom('coalmine', 'k6', 'ghz'),
    env: fc.constant({ MODE: 'quiet', TOKEN: { secret: 'TOKEN' } }),
    duration: loadDuration,
    bake: url,
  },
);
const load = fc
  .oneof(httpLoad, commandLoad)
  .chain((rest) =>
    fc.oneof(mapping({ url }), mapping({ path: '/cart' })).map((end) => ({ ...rest, ...end })),
  );

const judged = {
  gating: fc.boolean(),
  failures: fc.oneof(mapping({ total: count }), mapping({ consecutive: count })),
};
const compared = { ...judged, maxRatio: fc.constantFrom(1, 1.25, 10), minSample: count };
const share = fc.oneof(fc.constantFrom('2%', '99.5%', 0, 1), fc.double({ min: 0.001, max: 1, noNaN: true }));

const selector = fc.constantFrom(
  'a_total{track="$track"}',
  "b{version=~'$version-.*'}",
  '{"c.d",x!="$track"}',
);

const metric = fc.oneof(
  mapping(
    { kind: 'status', source: mapping({ type: 'http', url }, { headers, status: jsonPath }) },
    { ...judged, ok: fc.array(line, { minLength: 1, maxLength: 3 }) },
  ),
  mapping(
    {
      kind: 'rate',
      source: mapping({ type: 'http', url: urlOfTrack, events: jsonPath, total: jsonPath }),
      max: share,
    },
    compared,
  ),
  mapping(
    {
      kind: 'rate',
      source: fc.oneof(
        mapping(
          { type: 'prometheus', url, events: selector, total: selector },
          { match: fc.constantFrom('job="a"', '{job=~"a|b"}'), timeout: fc.constant('5s'), headers },
        ),
        mapping({
          type: 'prometheus',
          url,
          preset: fc.constantFrom('http-server', 'istio'),
          match: fc.constant('v="$version"'),
        }),
      ),
    },
    { gating: judged.gating },
  ),
  mapping(
    {
      kind: 'value',
      source: mapping({ type: 'http', url: urlOfTrack, value: jsonPath }),
      min: fc.integer(),
    },
    compared,
  ),
);

const gating = mapping({ name: 'up', kind: 'status', source: mapping({ type: 'http', url }) });
const metrics = fc
  .tuple(gating, fc.array(metric, { maxLength: 3 }))
  .map(([first, others]) => [first, ...others.map((other, at) => ({ name: `metric-${at}`, ...other }))]);

const named = mapping({ name: word, value: word });
const audience = fc.oneof(
  mapping({ header: named }, { cookie: named }),
  mapping({ path: '/beta' }, { cookie: named }),
  mapping({ query: named }),
);
const watched = fc.oneof(duration, mapping({ max: duration }), fc.constant({ min: '10s', max: '1h' }));
const onInconclusive = fc.constantFrom('advance', 'hold', 'extend', 'roll-back');
const gate = mapping(
  { approve: line },
  {
    by: fc.constant(['ann', 'bob']),
    need: fc.constantFrom(1, 2),
    within: duration,
    otherwise: fc.constant('advance'),
  },
);

const weights = fc
  .uniqueArray(fc.oneof(fc.integer({ min: 1, max: 100 }), fc.constantFrom(0.5, 33.3)), {
    minLength: 1,
    maxLength: 4,
  })
  .map((all) => all.toSorted((a, b) => a - b));

const steps = weights.chain((rising) =>
  fc
    .tuple(
      fc.option(gate, { nil: undefined }),
      ...rising.map((weight) => mapping({ weight, bake: watched }, { audience, onInconclusive })),
    )
    .map((all) => all.filter((step) => step !== undefined)),
);

const traffic = mapping({ type: 'http', split: url }, { read: url, headers });
const required = {
  service: fc.constantFrom('checkout', 'staging/checkout'),
  version: line,
  metrics,
  steps,
};

const dockerSpec = mapping({ ...required, target: dockerTarget, traffic }, { load });

const httpSpec = mapping(
  { ...required, target },
  {
    traffic,
    load,
    every: fc.constantFrom('1s', '10s', '2.5s'),
    onNoSignal: mapping({}, { hold: duration, then: fc.constantFrom('pause', 'roll-back') }),
    promote: fc.constant('replace'),
    notify: fc.array(mapping({ type: 'webhook', url }, { headers }), { maxLength: 2 }),
    first: fc.boolean(),
  },
);

/** What an author may write: JSON values only. */
export const soundSpec = fc.oneof({ weight: 3, arbitrary: httpSpec }, { weight: 1, arbitrary: dockerSpec });
