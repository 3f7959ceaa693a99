/** A spec that must be refused for one thing, and for no other. */
export interface BadSpec {
  what: string;
  /** `▸` marks where the problem is; without one it is the beginning. */
  text: string;
  path: string;
  /** Words that the problem's line must have. */
  says: string[];
}

type Sections = Record<string, string | null>;

const up = '{ name: up, kind: status, source: { type: http, url: http://127.0.0.1:9000/m } }';

const compared =
  '{ name: errors, kind: rate, source: { type: http, url: http://127.0.0.1:9000/$track, events: $.e, total: $.n } }';

/** A target `docker`, with what is otherwise. */
function docker(other = ''): string {
  const [key] = other.split(':', 1);
  const members = ['image: shop/checkout:$version', 'port: 8080', 'address: name'].filter(
    (member) => !member.startsWith(`${key ?? ''}:`),
  );
  return `{ type: docker, ${[...members, ...(other === '' ? [] : [other])].join(', ')} }`;
}

/** A target `kubernetes`, with what is otherwise. */
function kubernetes(other = 'image: shop/checkout:$version'): string {
  return `{ type: kubernetes, namespace: shop, ${other} }`;
}

const sound: Sections = {
  service: 'checkout',
  version: '2.4.0',
  target: '{ type: http, url: http://127.0.0.1:9000/ }',
  metrics: `[${up}]`,
  steps: '[{ weight: 5, bake: 1m }]',
};

/** A sound spec with some sections written otherwise, or left out by null. */
export function written(sections: Sections): string {
  return Object.entries({ ...sound, ...sections })
    .filter(([, text]) => text !== null)
    .map(([key, text]) => `${key}: ${String(text)}\n`)
    .join('');
}

function row(what: string, sections: Sections, path: string, ...says: string[]): BadSpec {
  return { what, text: written(sections), path, says };
}

function steps(what: string, text: string, path: string, ...says: string[]): BadSpec {
  return row(what, { steps: `[${text}]` }, path, ...says);
}

/** A second metric, after a sound one. */
function metric(what: string, text: string, path: string, ...says: string[]): BadSpec {
  return row(what, { metrics: `[${up}, ${text}]` }, path, ...says);
}

/** A second metric, with a limit, of a Prometheus. */
function prometheus(what: string, source: string, path: string, ...says: string[]): BadSpec {
  const marked = source.startsWith('▸') ? '▸{ type: prometheus,' : '{ type: prometheus,';
  const rest = source.replace(/^▸?\{/, '');
  return metric(what, `{ name: a, kind: rate, max: 1%, source: ${marked}${rest} }`, path, ...says);
}

function load(what: string, text: string, path: string, ...says: string[]): BadSpec {
  return row(what, { load: text }, path, ...says);
}

/** A promotion by swap; the fault is there unless it is marked elsewhere. */
function swap(what: string, sections: Sections, path: string, ...says: string[]): BadSpec {
  const promote = path === 'promote' ? '▸swap' : 'swap';
  return row(what, { promote, ...sections }, path, ...says);
}

function targetUrl(what: string, text: string): BadSpec {
  return row(
    what,
    { target: `{ type: http, url: ▸${text} }` },
    'target.url',
    'an absolute http:// or https:// URL',
  );
}

function duration(text: string, ...says: string[]): BadSpec {
  return steps(`the duration ${text}`, `{ weight: 5, bake: ▸${text} }`, 'steps[0].bake', ...says);
}

function text(what: string, text: string, path: string, ...says: string[]): BadSpec {
  return { what, text, path, says };
}

const value =
  'name: queue, kind: value, source: { type: http, url: http://127.0.0.1:9000/m/$track, value: $.n }';
const ofLoad = 'name: errors, kind: rate, source: { type: load }';
const soundLoad = '{ type: http, url: http://127.0.0.1:9000/test }';
const noSplit = '{ type: http, deploy: http://127.0.0.1:9000/deploy }';

const keysAndTypes = [
  row('an unknown key', { '▸servise': 'x' }, 'servise', 'the unknown key "servise"', 'did you mean service?'),
  row(
    'an unknown key that is like no other',
    { '▸colour': 'red' },
    'colour',
    '"colour", expected one of service,',
  ),
  row(
    'an unknown key of the target',
    { target: '{ type: http, url: http://a/, ▸heders: {} }' },
    'target.heders',
    'did you mean headers?',
  ),
  row('no version', { version: null }, 'version', 'found nothing, expected text'),
  row('no target', { target: null }, 'target', 'found nothing, expected a mapping with type'),
  row('no steps', { steps: null }, 'steps', 'found nothing, expected a list'),
  ...['1.0\u001b[2J', '1.0\u202e0.2', '1.0\u0085', '1\u200b.0', '1\u00ad.0', '\u009b1.0', '1.\u{e0041}0'].map(
    (version) =>
      row(
        `the version ${JSON.stringify(version)}`,
        { version: `▸${JSON.stringify(version)}` },
        'version',
        'expected text without control characters',
      ),
  ),
  row(
    'a version whose letters are not composed',
    { version: `▸${'größer'.normalize('NFD')}` },
    'version',
    'expected a version whose letters are composed (Unicode NFC)',
  ),
  row('an empty version', { version: '▸""' }, 'version', 'found "", expected text on one line'),
  row(
    'a version that YAML reads as a number',
    { version: '▸2.4' },
    'version',
    'found 2.4, expected text, in quotes',
  ),
  row('a value left out', { stable: '▸~' }, 'stable', 'found nothing, expected text'),
  row(
    'a service with a space',
    { service: '▸check out' },
    'service',
    'a name or a path such as staging/checkout',
  ),
  row(
    'no mapping where one belongs',
    { target: '▸http' },
    'target',
    'found "http", expected a mapping with type',
  ),
  row(
    'an unknown type of target',
    { target: '{ type: ▸dokcer }' },
    'target.type',
    'found "dokcer", expected one of http, docker, kubernetes',
  ),
  row(
    'a target without an address',
    { target: '▸{ type: http }' },
    'target',
    'expected url, or at least deploy',
  ),
  row('a mapping for a list', { metrics: '▸{}' }, 'metrics', 'found an empty mapping, expected a list'),
  row('text for true', { first: '▸"yes"' }, 'first', 'found "yes", expected true or false'),
  row(
    'a promotion that there is not',
    { promote: '▸swop' },
    'promote',
    'found "swop", expected one of replace, swap',
  ),
  row(
    'stable kept where nothing is swapped',
    { keepStable: '▸30m' },
    'keepStable',
    'found keepStable with promote: replace, expected promote: swap, or no keepStable',
  ),
  swap('a stay shorter than a tick', { keepStable: '▸5s' }, 'keepStable', 'at least 10s, one tick (every)'),
  swap('a swap at a first release', { first: 'true' }, 'promote', 'there is no stable to keep'),
  swap(
    'a swap with a dead stable',
    { despite: 'stable-is-dead' },
    'promote',
    'a dead stable is not worth keeping',
  ),
  swap(
    'a swap where nothing splits',
    {
      target: noSplit.replace('}', ', check: http://127.0.0.1:9000/c, remove: http://127.0.0.1:9000/r }'),
      steps: '[{ approve: go }]',
    },
    'promote',
    'found swap where nothing splits live traffic, expected replace, or something that splits',
  ),
  swap(
    'a swap into the place of stable',
    {
      target: noSplit.replace('}', ', check: http://127.0.0.1:9000/c }'),
      traffic: '{ type: http, url: http://127.0.0.1:9000/t }',
    },
    'promote',
    'found swap on a target without remove',
  ),
  swap(
    'a swap to what nobody can read back',
    {
      target: noSplit.replace('}', ', remove: http://127.0.0.1:9000/r }'),
      traffic: '{ type: http, url: http://127.0.0.1:9000/t }',
    },
    'promote',
    'found swap on a target without check',
  ),
  swap(
    'a swap after a step at 100',
    { steps: '[{ weight: ▸100, bake: 1m }]' },
    'steps[0].weight',
    'found 100 with promote: swap, expected a weight below 100, or no such step',
  ),
  swap(
    'a swap of a small canary',
    { steps: '[{ weight: 5, capacity: ▸50, bake: 1m }]' },
    'steps[0].capacity',
    "the canary has stable's size from the start",
  ),
  swap(
    'a swap that nothing judges',
    { metrics: `[${compared}]`, tracks: null },
    'promote',
    'found swap without any absolute condition',
    'a gating metric of kind status, or with max or min',
  ),
  row(
    'an unknown end of no signal',
    { onNoSignal: '{ then: ▸promote }' },
    'onNoSignal.then',
    'expected one of pause, roll-back',
  ),
  row(
    'an unknown notifier',
    { notify: '[{ type: ▸pager }]' },
    'notify[0].type',
    'found "pager", expected webhook',
  ),
];

const durations = [
  duration('0s', 'found "0s", expected a duration above 0'),
  duration('2000d', 'found "2000d", expected a duration of at most 90d'),
  duration('2y', 'found "2y", expected a duration above 0 such as 30s, 5m, 24h or 7d'),
  duration('-5m', 'a duration above 0 such as'),
  duration('soon', 'a duration above 0 such as'),
  duration('"5m 30s"', 'a duration above 0 such as'),
  duration('300', 'found 300, expected a duration such as 5m, or { min: 5m, max: 30m }'),
  row('a tick of less than a second', { every: '▸200ms' }, 'every', 'a duration of at least 1s'),
  row('a tick longer than a bake', { every: '▸2m' }, 'every', 'at most 1m, the bake of steps[0]'),
];

const urls = [
  targetUrl('a URL of ftp', 'ftp://127.0.0.1/app'),
  targetUrl('a URL of file', 'file:///etc/passwd'),
  targetUrl('a URL of javascript', '"javascript:alert(1)"'),
  targetUrl('a URL without a scheme', '127.0.0.1:9000/app'),
  targetUrl('a URL with a password', 'http://me:hunter2@127.0.0.1/app'),
  targetUrl('a URL with a space', '"http://127.0.0.1/a b"'),
  targetUrl('a URL with one slash', 'http:/127.0.0.1'),
  targetUrl('a URL without a host', '"http://"'),
];

const headers = [
  row(
    'a credential in plain text',
    { target: '{ type: http, url: http://a/, headers: { Authorization: ▸Bearer hunter2 } }' },
    'target.headers.Authorization',
    'found a credential in plain text, expected { secret: NAME }',
  ),
  row(
    'an API key in plain text',
    { notify: '[{ type: webhook, url: http://a/, headers: { X-Api-Key: ▸hunter2 } }]' },
    'notify[0].headers.X-Api-Key',
    'a credential in plain text',
  ),
  row(
    'a header name that there cannot be',
    { target: '{ type: http, url: http://a/, headers: { ▸"x y": z } }' },
    'target.headers["x y"]',
    'found the key "x y", expected a name of letters',
  ),
  row(
    'a secret for a name of a secret',
    { target: '{ type: http, url: http://a/, headers: { X-Token: { secret: ▸hunter2 } } }' },
    'target.headers.X-Token.secret',
    'found text, expected the name of a secret of the worker',
  ),
  row(
    'a number for a header',
    { target: '{ type: http, url: http://a/, headers: { X-Shard: ▸7 } }' },
    'target.headers.X-Shard',
    'found a number, expected text or { secret: NAME }',
  ),
  row(
    'the header Host',
    { target: '{ type: http, url: http://a/, headers: { hOST: ▸b } }' },
    'target.headers.hOST',
    'expected no header Host: the worker sends the host of the URL',
  ),
  ...['Content-Length', 'transfer-encoding', 'Connection', 'TE', 'Upgrade', 'Keep-Alive', 'Expect'].map(
    (name) =>
      row(
        `the header ${name}`,
        { notify: `[{ type: webhook, url: http://a/, headers: { ${name}: ▸x } }]` },
        `notify[0].headers.${name}`,
        `expected no header ${name}: the worker sets`,
      ),
  ),
  row(
    'a header of the connection by a secret',
    { load: '{ type: http, requests: [{ path: /, headers: { Proxy-Authorization: ▸{ secret: A } } }] }' },
    'load.requests[0].headers.Proxy-Authorization',
    'found a header that only the worker may set',
  ),
];

const stepRows = [
  row('no step', { steps: '▸[]' }, 'steps', 'found an empty list, expected at least 1 entry'),
  steps(
    'a weight above 100',
    '{ weight: ▸101, bake: 1m }',
    'steps[0].weight',
    'a weight above 0 and at most 100',
  ),
  steps(
    'less capacity than weight',
    '{ weight: 20, capacity: ▸10, bake: 1m }',
    'steps[0].capacity',
    'at least the weight of the step, 20',
  ),
  steps(
    'a capacity beyond stable',
    '{ weight: 20, capacity: ▸101, bake: 1m }',
    'steps[0].capacity',
    'from 1 to 100',
  ),
  steps('a weight of 0', '{ weight: ▸0, bake: 1m }', 'steps[0].weight', 'a weight above 0 and at most 100'),
  steps(
    'weights that fall',
    '{ weight: 20, bake: 1m }, { approve: go on }, { weight: ▸10, bake: 1m }',
    'steps[2].weight',
    'found 10 after 20, expected a weight above 20',
  ),
  steps(
    'the same weight twice',
    '{ weight: 20, bake: 1m }, { weight: ▸20, bake: 1m }',
    'steps[1].weight',
    'found 20 again, expected a weight above 20, or another audience',
  ),
  steps(
    'an audience alone after a weight',
    '{ weight: 20, bake: 1m }, ▸{ audience: { path: /beta }, bake: 1m }',
    'steps[1]',
    'found no weight after 20',
  ),
  steps(
    'a step after 100',
    '{ weight: 100, bake: 1m }, ▸{ weight: 100, bake: 1m }',
    'steps[1]',
    'found a step after 100, expected no step after the one at 100',
  ),
  steps(
    'a gate after 100',
    '{ weight: 100, bake: 1m }, ▸{ approve: all }',
    'steps[1]',
    'found a step after 100',
  ),
  steps('neither bake nor gate', '▸{}', 'steps[0]', 'either a bake (weight,', 'or a gate (approve,'),
  steps(
    'bake and gate in one',
    '▸{ bake: 1m, approve: all }',
    'steps[0]',
    'found a mapping with bake, approve, expected either a bake (weight,',
    'or a gate (approve,',
  ),
  steps(
    'a step without its bake',
    '▸{ weight: 5 }',
    'steps[0].bake',
    'found nothing, expected a duration such as',
  ),
  steps(
    'a key of a gate mistyped',
    '{ approve: all, ▸wihtin: 1h }',
    'steps[0].wihtin',
    'did you mean within?',
  ),
  steps('a key of a bake mistyped', '{ ▸weigth: 5, bake: 1m }', 'steps[0].weigth', 'did you mean weight?'),
  steps('a bake without a max', '{ weight: 5, bake: ▸{ min: 1m } }', 'steps[0].bake.max', 'found nothing'),
  steps(
    'a bake whose min is above its max',
    '{ weight: 5, bake: { min: ▸5m, max: 1m } }',
    'steps[0].bake.min',
    'found "5m", expected at most the max',
  ),
  steps(
    'an unknown end of a bake',
    '{ weight: 5, bake: 1m, onInconclusive: ▸promote }',
    'steps[0].onInconclusive',
    'expected one of advance, hold, extend, roll-back',
  ),
  steps(
    'an audience of nobody',
    '{ audience: ▸{}, bake: 1m }',
    'steps[0].audience',
    'expected a header, a cookie, a query or a path',
  ),
  steps(
    'an audience by a pattern, as another tool writes it',
    '{ audience: { header: { name: x-user, value: beta, ▸regex: "^beta-" } }, bake: 1m }',
    'steps[0].audience.header.regex',
    'found the unknown key "regex", expected one of name, value (its exact value, as text; where a pattern is needed, let the proxy set a header',
  ),
  ...['^beta-.*$', 'beta-.+', '(ann|bob)', 'user-[0-9]+', '\\\\d{4}'].map((value) =>
    steps(
      `an audience by the pattern ${value} as a value`,
      `{ audience: { cookie: { name: user, value: ▸"${value}" } }, bake: 1m }`,
      'steps[0].audience.cookie.value',
      'expected its exact value, as text, not a regular expression; where a pattern is needed, let the proxy set a header',
    ),
  ),
  ...['/beta/*', '/api/v[12]+/x', '/(a|b)'].map((path) =>
    steps(
      `an audience by the pattern ${path} as a path`,
      `{ audience: { path: ▸"${path}" }, bake: 1m }`,
      'steps[0].audience.path',
      'expected a path without a pattern, such as /beta: what lies below it is meant, too',
    ),
  ),
  steps(
    'a name that is twice in a gate, with its letters composed and not',
    `{ approve: all, by: [${'Zoë'.normalize('NFC')}, ▸${'Zoë'.normalize('NFD')}] }`,
    'steps[0].by[1]',
    'expected each name once',
  ),
  steps(
    'an approval nobody can give',
    '{ approve: all, need: ▸3, by: [ann, bob] }',
    'steps[0].need',
    'found 3 of 2: an approval nobody can give',
  ),
  steps(
    'a name twice in a gate',
    '{ approve: all, by: [ann, ▸ann] }',
    'steps[0].by[1]',
    'expected each name once',
  ),
  steps('half a person', '{ approve: all, need: ▸1.5 }', 'steps[0].need', 'a whole number from 1 to 20'),
  row(
    'a weight where nothing splits',
    { target: noSplit, steps: '[{ weight: ▸5, bake: 1m }]' },
    'steps[0].weight',
    'nothing splits live traffic, expected no weight, or something that splits: traffic,',
  ),
  ...['dynamic', '/', '/etc/', '/etc/../srv', '/etc//traefik', '/.'].map((directory) =>
    row(
      `the directory ${directory} of a Traefik`,
      { traffic: `{ type: traefik, directory: ▸${directory}, api: 'http://127.0.0.1:8080' }` },
      'traffic.directory',
      'expected an absolute path without . or .. in it, such as /etc/traefik/dynamic',
    ),
  ),
  row(
    'a router of Traefik without its provider',
    { traffic: "{ type: traefik, directory: /a, api: 'http://127.0.0.1:8080', router: ▸checkout }" },
    'traffic.router',
    'such as checkout@docker',
  ),
  row(
    'an audience where nothing splits',
    { target: noSplit, steps: '[{ audience: ▸{ path: /beta }, bake: 1m }]' },
    'steps[0].audience',
    'traffic',
  ),
];

const metricRows = [
  metric(
    'an unknown kind of metric',
    '{ name: a, kind: ▸counter }',
    'metrics[1].kind',
    'one of status, rate, value,',
  ),
  metric(
    'an unknown source',
    '{ name: a, kind: rate, source: { type: ▸graphite }, max: 1% }',
    'metrics[1].source.type',
    'found "graphite", expected one of http, prometheus, load',
  ),
  prometheus(
    'an expression where counters are wanted',
    '{ url: http://p/, events: ▸"sum(rate(e{a=\\"$track\\"}[5m]))", total: t }',
    'metrics[1].source.events',
    'expected a selector such as http_requests_total{track="$track"}: what is selected alone (here e{a="$track"})',
    "increase(), rate() and sum() over it are Coalmine's",
  ),
  prometheus(
    'a recorded rate where a counter is wanted',
    '{ url: http://p/, events: ▸"job:http_errors:rate1m{a=\\"$track\\"}", total: t }',
    'metrics[1].source.events',
    'expected a counter: job:http_errors:rate1m is recorded from one, and what a rate was cannot be counted',
  ),
  prometheus(
    'something else than zero for what is absent',
    '{ url: http://p/, preset: traefik, absent: ▸one }',
    'metrics[1].source.absent',
    'found "one", expected zero',
  ),
  prometheus(
    'labels of tracks that are the same',
    '{ url: http://p/, preset: traefik, tracks: { canary: { app: shop }, stable: ▸{ app: shop } } }',
    'metrics[1].source.tracks.stable',
    'expected other labels than those of the canary',
  ),
  prometheus(
    'a label of a track with a placeholder of another tool',
    '{ url: http://p/, preset: traefik, tracks: { canary: ▸{ hash: $canaryHash }, stable: { hash: a } } }',
    'metrics[1].source.tracks.canary',
    'expected $service, $version, $track and no other; $canaryHash is not known',
  ),
  prometheus(
    'a label of a track that is no text',
    '{ url: http://p/, preset: traefik, tracks: { canary: { hash: ▸7 }, stable: { hash: a } } }',
    'metrics[1].source.tracks.canary.hash',
    'expected a text of at most 200 characters, { matches: a regular expression } or { not: a text }',
  ),
  row(
    'labels of tracks that no metric uses',
    { tracks: '▸{ canary: { app: a }, stable: { app: b } }' },
    'tracks',
    'expected a metric whose source is prometheus: no other selects by labels',
  ),
  prometheus(
    'a selector that is none',
    '{ url: http://p/, events: ▸"e{", total: t }',
    'metrics[1].source.events',
    'expected a selector such as',
  ),
  prometheus(
    'a name that is a pattern',
    '{ url: http://p/, events: ▸"{__name__=~\\"e.*\\",a=\\"$track\\"}", total: t }',
    'metrics[1].source.events',
    'expected the name of one metric in each selector, before the braces or as __name__="…"',
  ),
  ...['[$__rate_interval]', '[${__interval}]', '[$__range_s]'].map((window) =>
    metric(
      `a window that Grafana fills in: ${window}`,
      `{ name: a, kind: value, max: 1, source: { type: prometheus, url: http://p/, value: ▸'sum(rate(e{a="$track"}${window}))' } }`,
      'metrics[1].source.value',
      `expected a window such as 5m in place of ${window.slice(1, -1)}, which only Grafana fills in; write at least four times the scrape interval`,
    ),
  ),
  prometheus(
    'a placeholder of another tool',
    '{ url: http://p/, events: e, total: ▸"t{n=\\"$namespace\\"}" }',
    'metrics[1].source.total',
    'expected $service, $version, $track and no other; $namespace is not known',
  ),
  prometheus(
    'matchers that are none',
    '{ url: http://p/, preset: traefik, match: ▸track }',
    'metrics[1].source.match',
    'expected matchers such as track="$track",job="shop"',
  ),
  prometheus(
    'an unknown preset',
    '{ url: http://p/, preset: ▸nginx }',
    'metrics[1].source.preset',
    'found "nginx", expected one of http-server, express-prom-bundle',
  ),
  prometheus(
    'counters beside a preset',
    '▸{ url: http://p/, preset: traefik, events: e, total: t }',
    'metrics[1].source',
    'expected either events and total, or preset',
  ),
  prometheus(
    'events out of nothing',
    '▸{ url: http://p/, events: e }',
    'metrics[1].source',
    'expected either events and total, or preset',
  ),
  prometheus(
    'a Prometheus without a place',
    '▸{ preset: traefik }',
    'metrics[1].source',
    'no url',
    'expected url, here or in prometheus: { url: … } for all metrics',
  ),
  row(
    'a password for a Prometheus that is named elsewhere',
    {
      prometheus: '{ url: http://p/ }',
      metrics: `[${up}, { name: a, kind: rate, max: 1%, source: { type: prometheus, preset: traefik, auth: ▸{ token: { secret: T } } } }]`,
    },
    'metrics[1].source.auth',
    'expected auth where the url is',
  ),
  prometheus(
    'a token in plain text',
    '{ url: http://p/, preset: traefik, auth: { token: ▸abc } }',
    'metrics[1].source.auth.token',
    'found text, expected a mapping with secret',
  ),
  prometheus(
    'a selector of megabytes',
    `{ url: http://p/, total: x, events: ▸'x{a="${'b'.repeat(300_000)}"}' }`,
    'metrics[1].source.events',
    'expected at most 2000 characters of PromQL',
  ),
  prometheus(
    'matchers of megabytes',
    `{ url: http://p/, preset: traefik, match: ▸'a="${'b'.repeat(300_000)}"' }`,
    'metrics[1].source.match',
    'expected at most 2000 characters of PromQL',
  ),
  metric(
    'a value of too many selectors',
    `{ ${value}, max: 5 }`.replace(
      /source: .*?\}/,
      `source: { type: prometheus, url: http://p/, value: ▸'${'x + '.repeat(20)}x' }`,
    ),
    'metrics[1].source.value',
    'a PromQL expression of at most 20 selectors (here 21)',
  ),
  prometheus(
    'a certificate without its key',
    '{ url: http://p/, preset: traefik, tls: ▸{ cert: { secret: CERT } } }',
    'metrics[1].source.tls',
    'expected both cert and key, or neither',
  ),
  metric(
    'selectors that are the same for both tracks',
    '{ name: a, kind: rate, source: ▸{ type: prometheus, url: http://p/, events: "e{t=\\"$track\\"}", total: t } }',
    'metrics[1].source',
    'found "t", expected $track or $version in a matcher of each selector',
  ),
  metric(
    'an expression that is none',
    '{ name: a, kind: gauge, source: { type: prometheus, url: http://p/, value: ▸"1 +" } }',
    'metrics[1].source.value',
    'expected a PromQL selector or expression',
  ),
  metric(
    'a status from the load',
    '{ name: a, kind: status, source: { type: ▸load, url: http://a/ } }',
    'metrics[1].source.type',
    'found "load", expected http',
  ),
  metric(
    'a metric without a condition',
    `▸{ ${value} }`,
    'metrics[1]',
    'at least one of max, min, maxRatio, minRatio',
  ),
  metric(
    'a min above the max',
    `{ ${value}, min: ▸5, max: 2 }`,
    'metrics[1].min',
    'found 5, expected at most max',
  ),
  metric(
    'a minRatio above the maxRatio',
    `{ ${value}, minRatio: ▸1.5, maxRatio: 1.2 }`,
    'metrics[1].minRatio',
    'expected at most maxRatio',
  ),
  metric(
    'a comparison of the canary with itself',
    `{ ${value.replace('http:', '▸http:').replace('/$track', '?of=canary')}, maxRatio: 2 }`,
    'metrics[1].source.url',
    'found "http://127.0.0.1:9000/m?…", expected $track or $version in its path or query',
    'maxRatio would compare the canary with itself',
  ),
  metric(
    'a track that is named where nothing is filled in',
    `{ ${value.replace('http:', '▸http:').replace('/$track', '/$tracks#$track')}, minRatio: 0.5 }`,
    'metrics[1].source.url',
    'minRatio would compare the canary with itself',
  ),
  metric(
    'the name of another metric',
    `{ ${value.replace('queue', '▸up')}, max: 5 }`,
    'metrics[1].name',
    'found "up", expected a name of its own: metrics[0] has this one',
  ),
  metric(
    "the name of the load's own metric",
    `{ ${value.replace('queue', '▸load-errors')}, max: 5 }`,
    'metrics[1].name',
    'this one is kept for a metric whose source is load',
  ),
  metric(
    'a share above one, meant as per cent',
    '{ name: a, kind: rate, source: { type: http, url: http://a/, events: $.e, total: $.t }, max: ▸2 }',
    'metrics[1].max',
    'found 2, expected a share from 0 to 1 or in per cent',
  ),
  row(
    'a share above 100%',
    { load: soundLoad, metrics: `[${up}, { ${ofLoad}, max: ▸120% }]` },
    'metrics[1].max',
    'found "120%", expected a share',
  ),
  ...(
    [
      ['$[?match(@.a, "(a+)+b")]', 'a JSONPath without match() and search()'],
      ['$[?!(@.b == 1 && search(@.a, "x"))]', 'a JSONPath without match() and search()'],
      ['$.a[?@..b]', 'a JSONPath whose filters look at one value at a time'],
      ['$.a[?count(@.*) > 1]', 'a JSONPath whose filters look at one value at a time'],
      ['$.a[?@.b[?@.c]]', 'a JSONPath whose filters look at one value at a time'],
      ['$.a[?$.*]', 'a JSONPath whose filters look at one value at a time'],
      ['$..a..b', 'a JSONPath with at most one ..'],
      ['$[*,*]', 'a JSONPath whose brackets have several names or numbers'],
      ['$[0,?@.a]', 'a JSONPath whose brackets have several names or numbers'],
      [`$${'.a'.repeat(21)}`, 'a JSONPath of at most 20 selectors'],
      [`$.${'a'.repeat(600)}`, 'of at most 500 characters'],
    ] as const
  ).map(([path, says]) =>
    metric(
      `the JSONPath ${path.slice(0, 40)}`,
      `{ ${value.replace('$.n', `▸'${path}'`)}, max: 5 }`,
      'metrics[1].source.value',
      says,
    ),
  ),
  metric(
    'what is no JSONPath',
    `{ ${value.replace('$.n', '▸"$.n["')}, max: 5 }`,
    'metrics[1].source.value',
    'JSONPath',
  ),
  metric(
    'a sample of 0',
    `{ ${value}, max: 5, minSample: ▸0 }`,
    'metrics[1].minSample',
    'a whole number from 1',
  ),
  metric(
    'failures without a number',
    `{ ${value}, max: 5, failures: ▸{} }`,
    'metrics[1].failures',
    'consecutive,',
  ),
  metric(
    'a metric of a load that is not there',
    `{ ${ofLoad.replace('{ type', '▸{ type')}, max: 1% }`,
    'metrics[1].source',
    'expected load in the spec',
  ),
  row(
    'a comparison of what the load alone sees',
    { load: soundLoad, metrics: `[${up}, { ${ofLoad}, maxRatio: ▸1.5 }]` },
    'metrics[1].maxRatio',
    'expected max or min: the load goes to the canary alone',
  ),
  row(
    'nothing that could end the last bake',
    { metrics: '▸[]' },
    'metrics',
    'found no gating metric that judges the bakes',
    'onInconclusive on every bake',
  ),
  row(
    'nothing but the load to judge the bakes',
    { load: soundLoad, metrics: `▸[{ ${ofLoad}, max: 1% }]` },
    'metrics',
    'a gating metric whose source is not load',
  ),
  row(
    'a bake at 100 without any absolute condition',
    { metrics: `[{ ${value}, maxRatio: 2 }]`, steps: '[▸{ weight: 100, bake: 1m }]' },
    'steps[0]',
    'a bake at 100 without any absolute condition',
  ),
  row(
    'a bake at 100 whose absolute condition does not gate',
    {
      metrics: `[{ ${value}, maxRatio: 2 }, ${up.replace('kind', 'gating: false, kind')}]`,
      steps: '[{ weight: 5, bake: 1m }, ▸{ weight: 100, bake: 1m }]',
    },
    'steps[1]',
    'a bake at 100 without any absolute condition',
  ),
];

const loadRows = [
  load(
    'a load that goes nowhere',
    '▸{ type: http }',
    'load',
    'expected exactly one of url and path, or requests in place of path',
  ),
  load(
    'a load with two ends',
    '▸{ type: http, url: http://a/, path: /a }',
    'load',
    'exactly one of url and path',
  ),
  load(
    'a load without an end',
    '{ type: http, url: http://a/, rate: ▸50 }',
    'load.rate',
    'a rate such as 50/s',
  ),
  load(
    'a load that keeps others waiting for days',
    '{ type: http, url: http://a/, rate: 50/s, duration: ▸2d }',
    'load.duration',
    'a duration of at most 1h',
  ),
  load(
    'requests beside a path',
    '▸{ type: http, path: /, requests: [{ path: /menu }] }',
    'load',
    'expected exactly one of url and path, or requests in place of path',
  ),
  load(
    'requests in no proportion',
    '{ type: http, requests: [{ path: /menu, share: ▸0 }] }',
    'load.requests[0].share',
    'found 0, expected a number above 0 and at most 1000',
  ),
  ...['//evil.example/', '/\\evil.example/', '/a/../b', '/%2e%2E/b', '/..', '/.?a', '@evil.example/'].map(
    (path) =>
      load(
        `a request that leaves its host or path by ${path}`,
        `{ type: http, requests: [{ path: ▸${JSON.stringify(path)} }] }`,
        'load.requests[0].path',
        'expected a path that begins with one /',
      ),
  ),
  load(
    'a path that names another host',
    '{ type: http, path: ▸//evil.example/ }',
    'load.path',
    'expected a path that begins with one /',
  ),
  load('a flood', '{ type: http, url: http://a/, rate: ▸20000/s }', 'load.rate', 'at most 10000/s'),
  load(
    'a load that is too short to be judged',
    '{ type: http, url: http://a/, rate: 1/m, duration: ▸10s }',
    'load.duration',
    'found 0 requests in 10s, expected at least 1, the minSample of the metric load-errors',
  ),
  row(
    'a load with too few requests for its metric',
    {
      load: '▸{ type: http, url: http://a/ }',
      metrics: `[${up}, { name: slow, kind: latency, source: { type: load }, max: 200ms, minSample: 500 }]`,
    },
    'load.duration',
    'found 100 requests in 10s, expected at least 500, the minSample of the metric slow',
  ),
  row(
    'a path where the target cannot tell its address',
    { target: noSplit, load: '{ type: http, path: ▸/cart }', steps: '[{ bake: 1m }]' },
    'load.path',
    'a target with a url or a check URL',
  ),
];

/** Compared with a fresh baseline in all but what is said otherwise. */
function baseline(what: string, sections: Sections, path: string, ...says: string[]): BadSpec {
  const fresh = { baseline: 'fresh', metrics: `[${up}, { ${value}, maxRatio: 2 }]` };
  return row(what, { ...fresh, ...sections }, path, ...says);
}

const baselineRows = [
  baseline(
    'a baseline at a first release',
    { baseline: '▸fresh', first: 'true' },
    'baseline',
    'expected stable: at a first release there is nothing to make a fresh copy of',
  ),
  baseline(
    'a baseline of which nobody says whether it runs',
    { baseline: '▸fresh', target: noSplit, traffic: '{ type: http, url: http://127.0.0.1:9000/split }' },
    'baseline',
    'expected a target with a url or a check URL, which says that the baseline runs',
  ),
  baseline(
    'a baseline beside an audience',
    { steps: '[▸{ weight: 5, audience: { path: /beta }, bake: 1m }]' },
    'steps[0]',
    'found an audience, expected a weight alone',
  ),
  baseline(
    'a baseline that no metric asks for',
    { baseline: '▸fresh', metrics: `[${up}]` },
    'baseline',
    'expected a metric that is compared: nothing here asks what a baseline does',
  ),
  baseline(
    'a metric that cannot tell a baseline from stable',
    {
      metrics: `[${up}, { ${value.replace('http:', '▸http:').replace('$track', '$version')}, maxRatio: 2 }]`,
    },
    'metrics[1].source.url',
    'expected $track in its path or query: the version of the baseline is that of stable',
  ),
];

const k6 = 'k6, run, --summary-export, $summary';

/** A load of type command with a sound one's argument, and these members besides. */
function tool(what: string, members: string, path: string, ...says: string[]): BadSpec {
  return load(what, `{ type: command, path: /, ${members} }`, path, ...says);
}

const commandRows = [
  tool('a command that is none', 'command: ▸[]', 'load.command', 'at least 1 entry'),
  tool(
    'a command line in one text',
    'command: ▸k6 run $url $summary',
    'load.command',
    'found "k6 run $url $summary", expected a list',
  ),
  tool(
    'a program by a relative path',
    'command: [▸./load.sh, $url, $summary]',
    'load.command[0]',
    'found "./load.sh", expected a program: its name on the PATH of the worker, or an absolute path',
  ),
  tool(
    'a program that is to be filled in',
    'command: [▸/opt/$service/load, $url, $summary]',
    'load.command[0]',
    'expected a program',
  ),
  tool(
    'a placeholder that is not known',
    `command: [${k6}, ▸'--out=$dir/x', $url]`,
    'load.command[4]',
    'found "$dir", expected no other placeholders than $url, $host, $rate, $duration, $summary, $service, $version',
  ),
  tool(
    'a placeholder that runs into a word',
    `command: [${k6}, ▸-d$durations, $url]`,
    'load.command[4]',
    'found "$durations"',
    '(or ${url}…)',
  ),
  tool(
    'a bare $',
    `command: [${k6}, ▸'^a$', $url]`,
    'load.command[4]',
    'found "$", expected no other placeholders',
    '$$ for a $ itself',
  ),
  tool(
    'a command that is not told what to write',
    'command: ▸[k6, run, $url]',
    'load.command',
    'found a list of 3, expected $summary in an argument',
  ),
  tool(
    'a command that is not told where to go',
    `command: ▸[${k6}, $$url]`,
    'load.command',
    'expected $url or $host in an argument',
  ),
  row(
    'a version that would be an option of the command',
    {
      version: '--config=x',
      load: '{ type: command, url: http://a/, command: [k6, $url, $summary, ▸$version] }',
    },
    'load.command[3]',
    'found an argument that begins with the version, which begins with -',
  ),
  load(
    'a command that asks for a rate that is not given',
    `▸{ type: command, path: /, command: [${k6}, $url, -r, $rate] }`,
    'load.rate',
    'found nothing, expected a rate such as 50/s',
  ),
  tool(
    'a rate that the command is not told of',
    `command: [${k6}, $url], rate: ▸50/s`,
    'load.rate',
    'expected $rate in an argument of the command',
  ),
  tool(
    'a command for less than a second',
    `command: [${k6}, $url], duration: ▸500ms`,
    'load.duration',
    'at least 1s',
  ),
  tool(
    'an unknown summary',
    `command: [${k6}, $url], summary: ▸wrk`,
    'load.summary',
    'found "wrk", expected one of coalmine, k6, ghz',
  ),
  tool(
    'the PATH of a command',
    `command: [${k6}, $url], env: { ▸PATH: /tmp }`,
    'load.env.PATH',
    'found the key "PATH", expected the name of an environment variable, other than PATH, HOME',
  ),
  tool(
    'a credential in plain text in the environment',
    `command: [${k6}, $url], env: { API_KEY: ▸hush }`,
    'load.env.API_KEY',
    'found a credential in plain text, expected { secret: NAME }',
  ),
  tool(
    'a method, which the command chooses itself',
    `command: [${k6}, $url], ▸method: GET`,
    'load.method',
    'the unknown key "method"',
  ),
  load(
    'a command with two ends',
    `▸{ type: command, path: /, command: [${k6}, $url], url: http://a/ }`,
    'load',
    'exactly one of url and path',
  ),
];

const releaseRows = [
  row(
    'a first release beside stable',
    { stable: 'v1', first: '▸true' },
    'first',
    'either first: true or stable',
  ),
  row(
    'a first release to Docker',
    { first: '▸true', target: docker(), steps: '[{ bake: 1m }]' },
    'first',
    'expected false: the canary has the settings of stable, so start the first version yourself',
  ),
  row(
    'a TCP port of Docker without TLS',
    { target: `▸${docker('engine: tcp://10.0.0.1:2375')}`, steps: '[{ bake: 1m }]' },
    'target',
    'tls with an engine at tcp://, and only there',
  ),
  row(
    'a socket of Docker that is no absolute path',
    { target: docker('engine: ▸unix://docker.sock'), steps: '[{ bake: 1m }]' },
    'target.engine',
    'unix:// and the absolute path of a socket, or tcp://host:port',
  ),
  row(
    'an image whose registry comes with the version',
    { target: docker('image: ▸$version.example/shop'), steps: '[{ bake: 1m }]' },
    'target.image',
    'the name of an image such as shop/checkout:$version, whose registry is fixed',
  ),
  row(
    'too little memory',
    { target: docker('memory: ▸1m'), steps: '[{ bake: 1m }]' },
    'target.memory',
    'at least 6m',
  ),
  row(
    'a weight beside Docker where nothing splits',
    { target: docker(), steps: '[{ weight: ▸5, bake: 1m }]' },
    'steps[0].weight',
    'a weight where nothing splits live traffic',
  ),
  row(
    'a first release to Kubernetes',
    { first: '▸true', target: kubernetes(), steps: '[{ bake: 1m }]' },
    'first',
    'start the first version yourself (kubectl apply)',
  ),
  row(
    'an image of Kubernetes without the version',
    { target: kubernetes('image: ▸shop/checkout:latest'), steps: '[{ bake: 1m }]' },
    'target.image',
    'a name with $version in it, such as shop/checkout:$version',
  ),
  row(
    'a patch of Kubernetes by which no version is told',
    { target: `▸${kubernetes('patch: { spec: { priorityClassName: high } }')}`, steps: '[{ bake: 1m }]' },
    'target',
    'image, or a patch that sets the label app.kubernetes.io/version to $version',
  ),
  row(
    'configuration of Kubernetes without the version',
    {
      target: kubernetes('image: shop/checkout:$version, config: [▸checkout-config]'),
      steps: '[{ bake: 1m }]',
    },
    'target.config[0]',
    'the name of a ConfigMap or a Secret with $version in it',
  ),
  row(
    'a namespace with its context',
    { target: '{ type: kubernetes, namespace: ▸prod/shop, image: a:$version }', steps: '[{ bake: 1m }]' },
    'target.namespace',
    'the name of a namespace',
  ),
  row(
    'a weight beside Kubernetes where nothing splits',
    { target: kubernetes(), steps: '[{ weight: ▸5, bake: 1m }]' },
    'steps[0].weight',
    'a weight where nothing splits live traffic',
  ),
  row(
    'as many copies again where nothing splits',
    { target: kubernetes(), steps: '[{ capacity: 25, bake: 1m }, ▸{ capacity: 25, bake: 1m }]' },
    'steps[1]',
    'a weight above 0, or another audience',
  ),
  row(
    'the version that is stable',
    { version: '▸v1', stable: 'v1' },
    'version',
    'another version than stable',
  ),
  row(
    'something else to release in spite of',
    { despite: '▸tests-fail' },
    'despite',
    'expected stable-is-dead',
  ),
  row('a yes in its place', { despite: '▸true' }, 'despite', 'expected stable-is-dead'),
  row(
    'a first release over a dead stable',
    { first: 'true', despite: '▸stable-is-dead' },
    'despite',
    'found stable-is-dead beside first: true, expected either first: true or despite',
  ),
  row(
    'a fresh copy of a dead stable',
    { despite: 'stable-is-dead', baseline: '▸fresh', metrics: `[${up}, ${compared}]` },
    'baseline',
    'expected stable: with despite: stable-is-dead nothing is compared with stable',
  ),
  row(
    'a dead stable that every metric is compared with',
    { despite: '▸stable-is-dead', metrics: `[${compared}]` },
    'despite',
    'expected a gating metric of kind status, or with max or min, whose source is not load; or gates as the only steps; or onInconclusive on every bake',
  ),
  row(
    'a dead stable, where only what is reported has a limit of its own',
    {
      despite: '▸stable-is-dead',
      metrics: `[${compared}, { name: n, kind: rate, max: 1%, gating: false, source: { type: http, url: http://127.0.0.1:9000/m, events: $.e, total: $.n } }]`,
    },
    'despite',
    'no gating metric that judges the bakes without stable',
  ),
];

const texts = [
  text('an empty file', '', '', 'found nothing, expected a mapping with service, version'),
  text('a file of comments', '# later\n', '', 'found nothing, expected a mapping'),
  text('prose', '▸release it, please', '', 'found "release it, please", expected a mapping'),
  text('a list', '▸- service: checkout', '', 'found a list of 1, expected a mapping'),
  text('no YAML', 'service: checkout\n▸\tversion: 2', '', 'no YAML'),
  text('half a JSON', '{ "service": "checkout",▸', '', 'no YAML'),
  text(
    'a duplicate key',
    `${written({})}▸service: other\n`,
    'service',
    'the key "service" again, expected each key once',
  ),
  text(
    'a duplicate key within',
    written({ steps: '[{ weight: 5, bake: 1m, ▸weight: 10 }]' }),
    'steps[0].weight',
    'each key once',
  ),
  text(
    'two documents',
    `${written({})}▸---\n${written({})}`,
    '',
    'found a second document, expected one rollout',
  ),
  text(
    'an alias',
    written({ version: '&v v1', stable: '▸*v' }),
    'stable',
    'the alias "*v", expected the value itself',
  ),
  text('a tag', written({ version: '!!str ▸2' }), 'version', 'the tag "!!str", expected a plain value'),
  text('a tag of a program', written({ version: '!!js/function ▸x' }), 'version', 'the tag "!!js/function"'),
  text('a merge key', written({ '▸<<': '{ version: v2 }' }), '["<<"]', 'the unknown key "<<"'),
  text('deep nesting', `${'['.repeat(20)}▸${'['.repeat(5000)}`, '', 'nesting deeper than 20 levels'),
];

export const badSpecs: BadSpec[] = [
  ...keysAndTypes,
  ...durations,
  ...urls,
  ...headers,
  ...stepRows,
  ...metricRows,
  ...loadRows,
  ...baselineRows,
  ...commandRows,
  ...releaseRows,
  ...texts,
];
