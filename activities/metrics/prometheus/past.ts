import { boundsToWatch } from '../../../src/judge/compared/latency.ts';
import type { Past } from '../../../src/judge/compared/calibration.ts';
import type { Window } from '../../../src/judge/samples.ts';
import { literalPattern } from '../../../src/text/literal-pattern.ts';
import { isSelector, parseSelector, selectorText } from '../../../src/spec/prometheus/selector.ts';
import type { Call, MetricOf } from '../../ports.ts';
import type { Api } from './api.ts';
import { boundOf, withBounds } from './bounds.ts';
import { isOneCounter } from './once.ts';
import type { Series } from './series.ts';
import { targetOf } from './targets.ts';
import { Unreadable } from './unreadable.ts';

const minute = 60_000;

/**
 * What stable's copies did, minute by minute, each by its job and instance.
 *
 * @param query fills in what is measured
 * @throws {Unreadable}
 */
export async function pastOf(
  api: Api,
  { source, ...metric }: MetricOf<'prometheus'>,
  query: (text: string) => string,
  { from, to }: Window,
  call: Call,
): Promise<Past> {
  const window = { from: Math.ceil(from / minute) * minute, to: Math.floor(to / minute) * minute };
  const byCopy = (operation: string, selector: string, also = ''): Promise<Series[]> =>
    api.steps(`${operation} by (job, instance${also}) (${selector})`, window, minute, call);
  if ('events' in source) {
    const [total, events] = await Promise.all(
      [source.total, source.events].map((text) => byCopy('sum', query(text))),
    );
    return { kind: 'rate', copies: ratesOf(copiesOf(total ?? []), events ?? [], window) };
  }
  if ('histogram' in source) {
    const selector = query(source.histogram);
    const limit = metric.kind === 'latency' ? metric.max : undefined;
    const scale = source.unit === 's' ? 1000 : 1;
    const bounds = await boundsOf(api, selector, { scale, limit }, window, call);
    const watched = [...bounds.flatMap(({ les }) => les), '+Inf'];
    const buckets = withBounds(await byCopy('sum', ofBuckets(selector, watched), ', le'));
    return {
      kind: 'latency',
      bounds: bounds.map(({ above }) => above),
      copies: latenciesOf(buckets, bounds, window),
    };
  }
  if (!isSelector(source.value)) {
    throw new Unreadable('an expression gives one value, whose copies cannot be told apart');
  }
  const values = await byCopy('avg', query(source.value));
  return { kind: 'gauge', copies: values.map((one) => valuesOf(one, window)) };
}

interface Bound {
  /** As copies write it: `1` and `1.0` are one. */
  les: string[];
  /** In milliseconds. */
  above: number;
}

/** Which buckets are worth watching; by an estimate, which is enough to choose by. Of a limit it is the last one up to it. */
async function boundsOf(
  api: Api,
  selector: string,
  { scale, limit }: { scale: number; limit: number | undefined },
  { from, to }: Window,
  call: Call,
): Promise<Bound[]> {
  const sums = await api.values(`sum by (le) (increase(${selector}[${String(to - from)}ms]))`, to, call);
  const byBound = new Map<number, { les: string[]; value: number }>();
  for (const { labels, value } of sums) {
    const { le = '' } = labels;
    const before = byBound.get(boundOf(le, scale)) ?? { les: [], value: 0 };
    byBound.set(boundOf(le, scale), { les: [...before.les, le], value: before.value + value });
  }
  const buckets = [...byBound]
    .map(([above, bucket]) => ({ above, ...bucket }))
    .sort((a, b) => a.above - b.above);
  const total = byBound.get(Infinity)?.value ?? 0;
  const finite = buckets.filter(({ above }) => Number.isFinite(above));
  if (limit !== undefined) return finite.filter(({ above }) => above <= limit).slice(-1);
  const watched = boundsToWatch({
    bounds: finite.map(({ above }) => above),
    below: finite.map(({ value }) => value),
    total,
  });
  return finite.filter(({ above }) => watched.includes(above));
}

/** The same selector, for some of its buckets only. */
function ofBuckets(selector: string, les: string[]): string {
  const { name, matchers } = parseSelector(selector);
  const pattern = les.map(literalPattern).join('|');
  return selectorText({
    name,
    matchers: [...matchers, { label: 'le', op: '=~', value: JSON.stringify(pattern) }],
  });
}

/** Without those that another job scrapes too: two that never differ would make the others look far apart. */
function copiesOf(totals: readonly Series[]): Series[] {
  return totals.filter(
    ({ labels, samples }, at) =>
      !totals
        .slice(0, at)
        .some(
          (other) => other.labels['instance'] === labels['instance'] && isOneCounter(other.samples, samples),
        ),
  );
}

type Rates = Extract<Past, { kind: 'rate' }>['copies'];
type Latencies = Extract<Past, { kind: 'latency' }>['copies'];

function ratesOf(totals: Series[], events: Series[], window: Window): Rates {
  const eventsOf = new Map(events.map((one) => [targetOf(one.labels), one]));
  return totals.map((total) => {
    const some = growthsOf(eventsOf.get(targetOf(total.labels)), window, total);
    return growthsOf(total, window).map((all, at) =>
      all === null ? null : { events: some[at] ?? 0, total: all },
    );
  });
}

function latenciesOf(buckets: Series[], bounds: Bound[], window: Window): Latencies {
  const key = (labels: Series['labels'], bound = boundOf(labels['le'] ?? '', 1)): string =>
    `${targetOf(labels)}\n${String(bound)}`;
  const bucketOf = new Map(buckets.map((one) => [key(one.labels), one]));
  const totals = copiesOf(buckets.filter(({ labels }) => labels['le'] === '+Inf'));
  return totals.map((total) => {
    const below = bounds.map(({ les: [le = ''] }) =>
      growthsOf(bucketOf.get(key(total.labels, boundOf(le, 1))), window, total),
    );
    return growthsOf(total, window).map((all, at) =>
      all === null
        ? null
        : { total: all, slower: below.map((counts) => all - Math.min(all, counts[at] ?? 0)) },
    );
  });
}

/**
 * What a counter has grown by in each minute; null where it was not there at both ends. One that comes later than the
 * copy's `other` counter began at 0.
 */
function growthsOf(counter: Series | undefined, window: Window, other?: Series): (number | null)[] {
  const values = valuesAt(counter);
  const others = valuesAt(other);
  return minutesOf(window).map((at) => {
    const after = values.get(at);
    const before = values.get(at - minute) ?? (others.has(at - minute) ? 0 : undefined);
    if (after === undefined || before === undefined) return null;
    return after >= before ? after - before : after;
  });
}

function valuesOf(gauge: Series, window: Window): (number | null)[] {
  const values = valuesAt(gauge);
  return minutesOf(window).map((at) => values.get(at) ?? null);
}

function valuesAt(series: Series | undefined): Map<number, number> {
  return new Map(series?.samples.map(({ at, value }) => [at, value]));
}

function minutesOf({ from, to }: Window): number[] {
  return Array.from({ length: (to - from) / minute }, (_, at) => from + (at + 1) * minute);
}
