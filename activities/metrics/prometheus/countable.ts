import type { Window } from '../../../src/judge/samples.ts';
import { parseSelector } from '../../../src/spec/prometheus/selector.ts';
import type { Call } from '../../ports.ts';
import { sharing } from '../../turns.ts';
import type { Api } from './api.ts';
import { labelsText, type Sample, type Series } from './series.ts';
import { clock } from './freshness.ts';
import { lastIn, olderProcess, processOf, pulsesOf, type Scrapes } from './targets.ts';
import { Unreadable } from './unreadable.ts';

/** What Prometheus's clients call metrics that go up and down. */
const upAndDown = new Set(['gauge', 'gaugehistogram', 'info', 'stateset']);

/** A counter may fall once for a reason that nobody can see, such as a registry that was cleared. */
const mostFalls = 1;

/**
 * Makes sure that what is counted can be counted: whole numbers that fall when their process is replaced, and at no other
 * time, from targets that are one process each.
 *
 * @param texts the selectors, filled in
 * @param series what they selected
 * @throws {Unreadable}
 */
export async function checkCountable(
  api: Api,
  texts: readonly string[],
  series: readonly Series[],
  scrapes: Scrapes,
  window: Window,
  call: Call,
): Promise<void> {
  await checkTypes(api, texts, call);
  const share = sharing();
  for (const one of series) {
    await share();
    const part = one.samples.find(({ value }) => Number.isFinite(value) && !Number.isInteger(value));
    if (part !== undefined) {
      throw new Unreadable(
        `${labelsText(one.labels)} is ${String(part.value)}, and a counter of events is a whole number: this is a rate or another gauge; select the counter itself`,
      );
    }
    checkOneProcess(one, scrapes, window);
  }
}

/** A target that was not asked for its types, or says none, is believed. */
async function checkTypes(api: Api, texts: readonly string[], call: Call): Promise<void> {
  const names = new Set(texts.map((text) => parseSelector(text).name));
  await Promise.all(
    [...names].map(async (name) => {
      const types = (await api.typesOf(name, call)) ?? [];
      const [type] = types;
      if (type === undefined || !types.every((one) => upAndDown.has(one))) return;
      throw new Unreadable(
        `${api.place}: ${name} is of type ${type} and goes up and down: select a counter, or measure it with kind: value or gauge`,
      );
    }),
  );
}

/**
 * Several processes that answer for one target (workers of a cluster or of gunicorn, a load balancer's address) each show
 * their own count. Its processes then seem to go back in time, or its counter to fall with none of them replaced.
 */
function checkOneProcess(series: Series, scrapes: Scrapes, { to }: Window): void {
  const { __name__: name = 'a counter', instance = 'its target' } = series.labels;
  const remedy =
    'several processes answer for this one target, or it is no counter; scrape each process separately, or have one of them add up all';
  const older = olderProcess(series, scrapes, to);
  if (older !== undefined) {
    throw new Unreadable(
      `${instance} answered at ${clock(older.at)} from a process that is older than the one before: ${remedy}`,
    );
  }
  const falls = fallsOf(series, scrapes, to);
  const [first] = falls;
  if (first === undefined || falls.length <= mostFalls) return;
  throw new Unreadable(
    `${name} of ${instance} fell ${String(falls.length)} times since ${clock(first.at)} without a restart: ${remedy}`,
  );
}

/** Where a counter fell although its process was not replaced, as far as anybody can see. */
function fallsOf(series: Series, scrapes: Scrapes, to: number): Sample[] {
  const { samples } = series;
  const falls = samples.filter(
    ({ at, value }, place) => at <= to && value < (samples[place - 1]?.value ?? 0),
  );
  if (falls.length <= mostFalls) return [];
  const pulses = pulsesOf(series, scrapes);
  const { isAnother } = processOf(series, scrapes);
  return falls.filter(({ at }) => {
    const before = lastIn(samples, at - 1)?.at ?? at;
    // A target that was down, or a series that was not there, came back with a count of its own.
    const wasAway = pulses.some((pulse) => pulse.at > before && pulse.at < at);
    return !wasAway && !isAnother(before, at);
  });
}
