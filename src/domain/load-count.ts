import type { JudgeState } from '../judge/state.ts';
import type { Judgement } from '../judge/judge.ts';
import { own } from '../judge/own.ts';
import { count, number } from '../text/number.ts';
import type { Tick } from '../judge/samples.ts';

/** What the load through the front door sent in a step, and what came of it. */
export interface LoadCount {
  /** By metric that counts requests, of the chapters whose load ran to its end and of which it measured each tick: how many
   * were sent to where it counts, to be expected, and what it counted there of all users. */
  metrics: Record<string, { sent: number; counted: number }>;
  /** Why the metrics cannot be believed; null while they can. */
  contradiction: string | null;
}

/** What a chapter's load is held against. */
export interface LoadCheck {
  before: LoadCount | null;
  /** Requests of this chapter that were answered well; null where its load did not run to its end. */
  sent: number | null;
  /** The shares of the front door's requests that each arm gets, of one. */
  shares: { canary: number; stable: number };
}

/** A metric that counts a smaller share of what was sent has not seen it all. */
const least = 0.9;

/**
 * Holds what was counted, of all users, against what the load sent. A metric may count some kinds of requests only; but if
 * even the one that counts most has not counted what was sent, then something is lost on the way.
 */
export function countLoad({ before, sent, shares }: LoadCheck, ticks: readonly Tick[]): LoadCount {
  if (sent === null) return before ?? { metrics: {}, contradiction: null };
  const metrics = { ...before?.metrics };
  for (const name of Object.keys(ticks[0]?.metrics ?? {})) {
    const counted = countedBy(name, ticks);
    if (counted === null) continue;
    const sum = own(metrics, name) ?? { sent: 0, counted: 0 };
    const there = sent * (shares.canary + (counted.compares ? shares.stable : 0));
    metrics[name] = { sent: sum.sent + there, counted: sum.counted + counted.requests };
  }
  // The first and the last of what was sent may be counted by other ticks.
  return { metrics, contradiction: contradiction(metrics, (2 * sent) / ticks.length) };
}

/** Null unless every tick was measured. */
function countedBy(name: string, ticks: readonly Tick[]): { requests: number; compares: boolean } | null {
  let requests = 0;
  let compares = false;
  for (const { metrics } of ticks) {
    const { canary, stable } = own(metrics, name) ?? {};
    for (const reading of stable === undefined ? [canary] : [canary, stable]) {
      if (reading === undefined || !('total' in reading)) return null;
      requests += reading.total;
    }
    compares ||= stable !== undefined;
  }
  return { requests, compares };
}

function contradiction(metrics: LoadCount['metrics'], edge: number): string | null {
  const missing = Object.entries(metrics).map(([name, { sent, counted }]) => ({
    name,
    sent,
    counted,
    // What the splitter draws for each arm varies by the root of it.
    lost: least * sent - 4 * Math.sqrt(sent) - edge - counted,
  }));
  const [most] = missing.sort((one, other) => one.lost - other.lost);
  if (most === undefined || most.lost <= 0) return null;
  const { name, sent, counted } = most;
  return `the load had ${number(Math.round(sent))} good answers where ${name} counts, which counted ${count(counted, 'request')} of all users: what it asks for leaves some out. If it is meant to, say counted: false in load`;
}

/** Numbers that are not believed show nothing: they are let go, and are no signal. */
export function believed(judgement: Judgement, before: JudgeState, { contradiction }: LoadCount): Judgement {
  if (contradiction === null) return judgement;
  const verdict = { ...judgement.verdict, kind: 'no-signal' as const, because: contradiction };
  return { state: before, verdict, signalled: [] };
}
