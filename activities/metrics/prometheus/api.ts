import { Agent } from 'node:https';
import { z } from 'zod';
import type { Window } from '../../../src/judge/samples.ts';
import type { PrometheusServer } from '../../../src/spec/prometheus/source.ts';
import { place } from '../../http-answer.ts';
import { createHttp } from '../../http.ts';
import { tlsOptions } from '../../tls.ts';
import { sharing } from '../../turns.ts';
import { answerLimits } from '../../answer-limits.ts';
import type { Call, Grants } from '../../ports.ts';
import type { Sample, Series } from './series.ts';
import { Unreadable } from './unreadable.ts';

/**
 * Queries of a server that speaks Prometheus's HTTP API. Each throws {@link Unreadable} where the answer must not be
 * trusted, the failure of the request where there is none, and at the call's signal.
 */
export interface Api {
  /** For people, as the spec has it. */
  readonly place: string;
  /** By the server's clock, ms since 1970. */
  time(call: Call): Promise<number>;
  /** What was scraped of the series of a selector, after `from` and up to `to`. */
  samples(selector: string, window: Window, call: Call): Promise<Series[]>;
  /** The values of an expression at a time. */
  values(expression: string, at: number, call: Call): Promise<{ labels: Series['labels']; value: number }[]>;
  /** An expression's series at each step (ms) from `from` to `to`: the newest value of the five minutes before it. */
  steps(expression: string, window: Window, step: number, call: Call): Promise<Series[]>;
  /** The types that targets give a metric of this name: none if no target has it; null where the server cannot tell. */
  typesOf(name: string, call: Call): Promise<string[] | null>;
}

const answered = z.object({
  status: z.literal('success'),
  warnings: z.array(z.string()).optional(),
  isPartial: z.boolean().optional(),
  data: z.object({ resultType: z.string(), result: z.array(z.unknown()) }),
});

const metadata = z.object({
  data: z.record(z.string(), z.array(z.object({ type: z.string().default('unknown') }))),
});

const point = z.tuple([z.number(), z.string()]);
const labels = z.record(z.string(), z.string());
// The points, which are many, are looked at one by one.
const matrix = z.object({ metric: labels, values: z.array(z.unknown()) });
const vector = z.object({ metric: labels, value: point });

/** Undefined if the spec says nothing of TLS. */
function agentOf(server: PrometheusServer, grants: Grants): (() => Agent) | undefined {
  if (server.tls === undefined) return undefined;
  return () => new Agent(tlsOptions(server, grants, (why) => new Unreadable(why)));
}

export function prometheusApi(server: PrometheusServer, grants: Grants): Api {
  const http = createHttp(grants, {
    timeout: server.timeout,
    most: answerLimits.bytes,
    agent: agentOf(server, grants),
  });
  const address = place(server.url);
  const query = async (
    query: Record<string, string>,
    { signal }: Call,
    path = '/api/v1/query',
  ): Promise<Answer> => {
    const request = { ...requestTo(server, path), query, answer: answered };
    const { warnings = [], isPartial = false, data } = await http.get(request, signal);
    const [warning] = warnings;
    if (warning !== undefined) throw new Unreadable(`${address} warns: ${warning}`);
    if (isPartial) throw new Unreadable(`${address} gave a part of the data only`);
    if (data.result.length > answerLimits.series) {
      const selector = query['query']?.replace(/\[\d+ms\]$/, '') ?? '';
      throw new Unreadable(
        `${address}: ${String(data.result.length)} series match ${selector}, at most ${String(answerLimits.series)} are read; name the service in it`,
      );
    }
    return data;
  };
  return {
    place: address,
    async time(call) {
      const { result } = await query({ query: 'time()' }, call);
      const [seconds] = result;
      if (typeof seconds !== 'number') throw new Unreadable(`${address} does not say what time it is`);
      return seconds * 1000;
    },
    async samples(selector, { from, to }, call) {
      const range = `${selector}[${String(Math.ceil(to - from))}ms]`;
      const answer = await query({ query: range, time: secondsOf(to) }, call);
      const series = await seriesOf(answer, address);
      return series.map(({ labels, samples }) => ({
        labels,
        samples: samples.filter(({ at }) => at > from && at <= to),
      }));
    },
    async steps(expression, { from, to }, step, call) {
      const range = {
        query: expression,
        start: secondsOf(from),
        end: secondsOf(to),
        step: secondsOf(step),
      };
      return await seriesOf(await query(range, call, '/api/v1/query_range'), address);
    },
    async values(expression, at, call) {
      const { resultType, result } = await query({ query: expression, time: secondsOf(at) }, call);
      if (resultType === 'scalar') {
        return [{ labels: {}, value: sampleOf(read(point, result, address)).value }];
      }
      if (resultType !== 'vector') throw unlike('a value', resultType, address);
      return result.map((one) => {
        const { metric, value } = read(vector, one, address);
        return { labels: metric, value: sampleOf(value).value };
      });
    },
    async typesOf(name, { signal }) {
      const request = {
        ...requestTo(server, '/api/v1/metadata'),
        query: { metric: name, limit: '1' },
        answer: metadata,
      };
      try {
        const { data } = await http.get(request, signal);
        return Object.values(data).flatMap((metrics) => metrics.map(({ type }) => type));
      } catch {
        signal.throwIfAborted();
        return null;
      }
    },
  };
}

type Answer = z.output<typeof answered>['data'];

function requestTo({ url, headers, auth }: PrometheusServer, path: string) {
  const address = new URL(url);
  address.pathname = address.pathname.replace(/\/$/, '') + path;
  return { what: 'look', url: address.href, headers, auth };
}

async function seriesOf({ resultType, result }: Answer, address: string): Promise<Series[]> {
  if (resultType !== 'matrix') throw unlike('samples', resultType, address);
  const share = sharing();
  const series: Series[] = [];
  for (const one of result) {
    await share();
    const { metric, values } = read(matrix, one, address);
    checkLabels(metric, address);
    if (values.length > answerLimits.samples) {
      throw new Unreadable(
        `${address} has ${String(values.length)} samples of one series, at most ${String(answerLimits.samples)} are read; scrape it less often`,
      );
    }
    const samples = values.map((value) => sampleOf(isPoint(value) ? value : read(point, value, address)));
    series.push({ labels: metric, samples: samples.sort((a, b) => a.at - b.at) });
  }
  return series;
}

function isPoint(value: unknown): value is [number, string] {
  return (
    Array.isArray(value) &&
    value.length === 2 &&
    typeof value[0] === 'number' &&
    Number.isFinite(value[0]) &&
    typeof value[1] === 'string'
  );
}

/** Labels come with every series, and into what is said of them. */
function checkLabels(labels: Series['labels'], address: string): void {
  const all = Object.entries(labels);
  const most = answerLimits.labelCharacters;
  const long = all.find((label) => label.some((text) => text.length > most));
  if (all.length <= answerLimits.labels && long === undefined) return;
  const found =
    long === undefined
      ? `a series with ${String(all.length)} labels, at most ${String(answerLimits.labels)} are read`
      : `a label of ${String(Math.max(long[0].length, long[1].length))} characters, at most ${String(most)} are read`;
  throw new Unreadable(`${address} answers ${found}`);
}

function secondsOf(ms: number): string {
  return String(ms / 1000);
}

function sampleOf([seconds, value]: [number, string]): Sample {
  const number = value === '+Inf' ? Infinity : value === '-Inf' ? -Infinity : Number(value);
  return { at: Math.round(seconds * 1000), value: number };
}

function read<T>(schema: z.ZodType<T>, value: unknown, address: string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const isNative =
    typeof value === 'object' && value !== null && ('histogram' in value || 'histograms' in value);
  if (isNative) {
    throw new Unreadable(
      `${address} answers a native histogram; give a classic one, with buckets (native_histogram: scrape_classic_histograms)`,
    );
  }
  throw new Unreadable(`${address} answers what is no series: ${JSON.stringify(value).slice(0, 100)}`);
}

function unlike(wanted: string, found: string, address: string): Unreadable {
  return new Unreadable(`${address} answers a ${found}, expected ${wanted}`);
}
