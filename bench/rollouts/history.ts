import type { Client } from '@temporalio/client';
import { defaultPayloadConverter, type Payload } from '@temporalio/common';
import type { Tick } from '../../src/judge/samples.ts';
import { rowWindow, unpackTicks, type TickRow } from '../../src/domain/ticks.ts';

/** What the history of one rollout says of how it was watched. */
export interface Watched {
  chapters: number;
  /** As the server counts them. */
  events: number;
  bytes: number;
  ticks: number;
  /** Ticks in which a metric could not be measured, by the reason. */
  silent: Record<string, number>;
  /** Milliseconds between a chapter's first tick and the last one of the chapter before, where there is any at one weight. */
  unwatched: number[];
  /** Milliseconds from the end of each chapter's last tick until its result was recorded. */
  trailing: number[];
}

export async function watchedOf(client: Client, rollout: string, runId: string): Promise<Watched> {
  const handle = client.workflow.getHandle(rollout, runId);
  const { historyLength, historySize } = await handle.describe();
  const { events } = await handle.fetchHistory();
  const chapters = new Set<string>();
  const watched: Watched = {
    chapters: 0,
    events: historyLength,
    bytes: historySize ?? NaN,
    ticks: 0,
    silent: {},
    unwatched: [],
    trailing: [],
  };
  let until: number | null = null;
  for (const event of events ?? []) {
    const scheduled = event.activityTaskScheduledEventAttributes;
    if (scheduled?.activityType?.name === 'collectMetrics') chapters.add(String(event.eventId));
    // At a new weight counting begins anew.
    if (scheduled?.activityType?.name === 'shiftTraffic') until = null;
    const completed = event.activityTaskCompletedEventAttributes;
    if (!completed || !chapters.has(String(completed.scheduledEventId))) continue;
    const { row } = decoded(completed.result?.payloads);
    const { from, to } = rowWindow(row);
    if (until !== null && from !== until) watched.unwatched.push(from - until);
    until = to;
    watched.trailing.push(msOf(event.eventTime) - to);
    const ticks = unpackTicks(row);
    watched.ticks += ticks.length;
    for (const why of ticks.map(silenceOf).filter((reason) => reason !== null)) {
      watched.silent[why] = (watched.silent[why] ?? 0) + 1;
    }
  }
  watched.chapters = chapters.size;
  return watched;
}

/** Why a tick gave nothing of a metric, without the figures that differ from tick to tick; null if it gave all. */
function silenceOf({ metrics }: Tick): string | null {
  const readings = Object.values(metrics).flatMap(({ canary, stable }) => [canary, stable]);
  const missing = readings.find((reading) => reading !== undefined && 'missing' in reading);
  if (missing === undefined) return null;
  return missing.missing.replace(/service-\d+/g, 'service').replace(/\d[\d:,.]*/g, '…');
}

function decoded(payloads: Payload[] | null | undefined): { row: TickRow } {
  const [payload] = payloads ?? [];
  if (payload === undefined) throw new Error('a chapter was recorded without its ticks');
  return defaultPayloadConverter.fromPayload(payload);
}

function msOf(
  time: { seconds?: { toNumber: () => number } | null; nanos?: number | null } | null | undefined,
): number {
  return (time?.seconds?.toNumber() ?? NaN) * 1000 + (time?.nanos ?? 0) / 1e6;
}
