import { z } from 'zod';
import { specLimits } from '../limits.ts';
import { sourceType } from '../source-type.ts';
import { tls } from '../tls.ts';
import { duration, headers, line, secret, unread, url } from '../values.ts';
import { presetNames, presets, type Preset } from './presets.ts';
import {
  NotPromQL,
  parseCounter,
  parseExpression,
  parseMatch,
  selectorText,
  type Selector,
} from './selector.ts';
import { trackLabels } from './tracks.ts';

const anyTimeout = 'a duration from 1s to 1m';

const auth = z
  .union(
    [z.strictObject({ user: line(200), password: secret }), z.strictObject({ token: secret })],
    '{ user: …, password: { secret: NAME } } or { token: { secret: NAME } }',
  )
  .describe('Basic (user and password) or bearer (token) authentication');

const reach = {
  headers: headers.optional().describe('Sent with each query, such as the tenant: X-Scope-OrgID: shop'),
  auth: auth.optional(),
  tls: tls.optional(),
  timeout: duration
    .refine((ms) => ms >= 1000 && ms <= 60_000, anyTimeout)
    .optional()
    .describe('For each query, from 1s to 1m; by default 10s'),
};

/** How a server that speaks Prometheus's HTTP API is reached. */
export const prometheusServer = z
  .strictObject({ url: url.describe('Of the server; /api/v1/query is added to it'), ...reach })
  .describe('The Prometheus of every metric whose source is prometheus and names no url of its own');

type AnyServer = z.output<typeof prometheusServer>;

/** A server with all its defaults. */
export type PrometheusServer = Omit<AnyServer, 'headers' | 'timeout'> & {
  headers: NonNullable<AnyServer['headers']>;
  timeout: NonNullable<AnyServer['timeout']>;
};

/** What may be said of a server besides its url. */
export const reachKeys = ['headers', 'auth', 'tls', 'timeout'] as const;

const selectorOf = (describe: string) => promql(parseCounter).optional().describe(describe);

const match = promql(parseMatch)
  .optional()
  .describe('Matchers for each selector of the metric: track="$track",job="shop"');

/** @param when completes the sentence */
const absent = (when: string) =>
  z
    .literal('zero')
    .optional()
    .describe(`zero: counts as 0 where ${when}, while the targets are scraped; by default that is no signal`);

const preset = z
  .enum(presetNames)
  .optional()
  .describe(
    `The names of a common instrumentation: ${presetNames.map((name) => `${name} (${presets[name].of})`).join('; ')}`,
  );

const shared = {
  type: sourceType('prometheus').describe(
    'A server that speaks its HTTP API; $track, $version and $service are filled in in the matchers',
  ),
  url: url.optional().describe('In place of the prometheus of the whole spec'),
  ...reach,
  tracks: trackLabels.optional().describe('In place of the tracks of the whole spec'),
};

export const prometheusRate = z
  .strictObject({
    ...shared,
    events: selectorOf('The counters of the events, such as http_requests_total{track="$track",code=~"5.."}'),
    total: selectorOf('The counters of the exposures, such as http_requests_total{track="$track"}'),
    preset,
    match,
    absent: absent('events has no series, as before a counter has counted its first event'),
  })
  .transform(({ preset, match = [], events, total, ...source }, context) => {
    const given = events !== undefined && total !== undefined ? { events, total } : null;
    const isOne = preset === undefined ? given !== null : events === undefined && total === undefined;
    const counters = preset === undefined ? given : rateOf(presets[preset], match);
    if (!isOne || counters === null) return unclear(context, 'either events and total, or preset');
    return { ...source, events: matching(counters.events, match), total: matching(counters.total, match) };
  });

export const prometheusLatency = z
  .strictObject({
    ...shared,
    histogram: selectorOf(
      'The counters of the buckets, with or without _bucket: http_request_duration_seconds{track="$track"}',
    ),
    unit: z.enum(['s', 'ms']).optional().describe("Of the buckets' bounds; by default s"),
    preset,
    match,
  })
  .transform(({ preset, match = [], histogram, unit, ...source }, context) => {
    const given = histogram === undefined ? null : { histogram, unit: unit ?? 's' };
    const isOne = preset === undefined ? given !== null : histogram === undefined && unit === undefined;
    const buckets = preset === undefined ? given : bucketsOf(presets[preset], match);
    if (!isOne || buckets === null) return unclear(context, 'either histogram (and unit), or preset');
    return { ...source, unit: buckets.unit, histogram: matching(withBucket(buckets.histogram), match) };
  });

export const prometheusValue = z
  .strictObject({
    ...shared,
    value: promql((text) => {
      parseExpression(text);
      return text;
    }).describe('A selector, whose copies are averaged, or an expression that gives one value'),
    absent: absent('value selects or gives nothing'),
  })
  .describe('A number');

/** Text that `parse` understands. */
function promql<Parsed>(parse: (text: string) => Parsed) {
  return z.string().transform((text, context): Parsed => {
    try {
      if (text.length > specLimits.queryCharacters)
        throw new NotPromQL(`at most ${specLimits.queryCharacters} characters of PromQL`);
      return parse(text);
    } catch (error) {
      if (!(error instanceof NotPromQL)) throw error;
      context.addIssue({ code: 'custom', message: error.message, input: text, params: unread });
      return z.NEVER;
    }
  });
}

function unclear(context: z.core.$RefinementCtx, message: string): never {
  context.addIssue({ code: 'custom', message, params: unread });
  return z.NEVER;
}

type Matchers = Selector['matchers'];

function rateOf(preset: Preset, match: Matchers): { events: Selector; total: Selector } {
  const { total: name, failed } = preset;
  const matchers = onceOf(preset, match);
  return { events: { name, matchers: [failed, ...matchers] }, total: { name, matchers } };
}

function bucketsOf(preset: Preset, match: Matchers): { histogram: Selector; unit: 's' | 'ms' } {
  return { histogram: { name: preset.histogram, matchers: onceOf(preset, match) }, unit: preset.unit };
}

function onceOf({ once }: Preset, match: Matchers): Matchers {
  return once === undefined || match.some(({ label }) => label === once.label) ? [] : [once];
}

function withBucket(selector: Selector): Selector {
  return selector.name.endsWith('_bucket') ? selector : { ...selector, name: `${selector.name}_bucket` };
}

function matching({ name, matchers }: Selector, match: Selector['matchers']): string {
  return selectorText({ name, matchers: [...matchers, ...match] });
}

/** A source with its own server, or with that of the whole spec: the rules see to it that there is one. */
export function connected<Source extends { [Key in keyof AnyServer]?: AnyServer[Key] | undefined }>(
  source: Source,
  shared: AnyServer | undefined,
): Omit<Source, keyof PrometheusServer> & PrometheusServer {
  const whole = source.url === undefined ? { ...source, ...shared } : source;
  const { url, headers = {}, timeout = 10_000 } = whole;
  if (url === undefined) throw new TypeError('a prometheus source without a server');
  return { ...whole, url, headers, timeout };
}
