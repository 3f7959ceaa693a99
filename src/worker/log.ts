/** What a worker says of itself and of the rollouts that it works on: one line per record, on standard error. */
import { rootCause, TemporalFailure, type LogLevel, type LogMetadata } from '@temporalio/common';
import { DefaultLogger, type LogEntry } from '@temporalio/worker';
import type { Config } from '../config.ts';
import { serviceOf } from '../domain/surface.ts';
import { visible, visibleJson } from '../text/visible.ts';

/**
 * The logger of the SDK's runtime: workflows, activities and the SDK itself all log through it. Of what they add to
 * a message it takes the members that it knows, so that nothing gets into a log by chance.
 */
export function createLogger(
  { format, level }: Config['log'],
  write: (line: string) => void = (line) => process.stderr.write(line),
): DefaultLogger {
  const least = severity(level.toUpperCase() as LogLevel);
  const line = format === 'json' ? jsonLine : textLine;
  return new DefaultLogger('TRACE', (entry) => {
    const known = { ...entry, level: levelOf(entry) };
    if (severity(known.level) >= least) write(`${line(recordOf(known))}\n`);
  });
}

const severities: readonly LogLevel[] = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR'];

function severity(level: LogLevel): number {
  return severities.indexOf(level);
}

/** What the SDK says at every start and end of a worker, as a warning in part, though all is as it should be. */
const asItShouldBe: readonly string[] = [
  // The workers for watching and for load have activities only.
  'No workflows registered, not polling for workflow tasks',
  'No Nexus services registered, not polling for Nexus tasks',
  'Worker state changed',
  'Workflow bundle created',
];

function levelOf({ level, message }: LogEntry): LogLevel {
  return asItShouldBe.includes(message) ? 'DEBUG' : level;
}

/** A record as it is written; members without a value are left out. */
interface LogRecord {
  /** ISO time. */
  time: string;
  level: string;
  message: string;
  [member: string]: unknown;
}

function recordOf({ timestampNanos, level, message, meta = {} }: LogEntry): LogRecord {
  const workflowId = meta['workflowId'] as string | undefined;
  return {
    time: new Date(Number(timestampNanos / 1_000_000n)).toISOString(),
    level: level.toLowerCase(),
    message,
    rollout: workflowId,
    run: meta['runId'] ?? meta['workflowRunId'],
    service: workflowId === undefined ? undefined : serviceOf(workflowId),
    activity: meta['activityType'],
    attempt: meta['attempt'],
    ...Object.fromEntries(asTheyAre.map((name) => [name, meta[name]])),
    ...errorMembers(meta),
  };
}

/** What workflows, activities and workers add to a message of their own. */
const asTheyAre = ['taskQueue', 'phase', 'version', 'weight', 'outcome', 'seconds'];

/** What went wrong in its own words; where nobody foresaw it, where that was, too. */
function errorMembers({ error, err }: LogMetadata): object {
  const found: unknown = error ?? err;
  if (found === undefined) return {};
  if (!(found instanceof Error)) return { error: typeof found === 'string' ? found : JSON.stringify(found) };
  const foreseen = found instanceof TemporalFailure;
  return { error: rootCause(found) ?? found.message, ...(!foreseen && { stack: found.stack }) };
}

function jsonLine(record: LogRecord): string {
  return visibleJson(record);
}

function textLine({ time, level, message, ...members }: LogRecord): string {
  const said = Object.entries(members)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ` ${name}=${textOf(value)}`);
  return `${time} ${level.toUpperCase().padEnd(5)} ${visible(message)}${said.join('')}`;
}

/** In quotes where it would not be one word. */
function textOf(value: unknown): string {
  const text = String(value);
  return /^[\w./:@-]+$/.test(text) ? text : visibleJson(text);
}
