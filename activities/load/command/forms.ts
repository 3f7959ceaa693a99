/** The JSON that load tools write at their end, read as it is. */
import { z } from 'zod';
import type { LoadOf } from '../../ports.ts';
import type { Latency } from '../../../src/judge/samples.ts';

/** What a command says that it did. */
export interface Summary {
  requests: number;
  errors: number;
  /** Absent where the tool does not say. */
  missed?: number | undefined;
  latency: Latency;
  classes: Record<string, number>;
}

/** A tool's summary: its form, and the exit codes with which the tool has written a whole one. */
export interface Form {
  schema: z.ZodType<Summary>;
  exits: readonly number[];
}

const count = z.int().nonnegative();
const ms = z.number().nonnegative();
const classes = z.record(z.string().max(200), count);

const own = z
  .strictObject({
    requests: count,
    errors: count,
    missed: count.optional(),
    latency: z
      .strictObject({
        n: count.optional(),
        p50: ms.optional(),
        p90: ms.optional(),
        p99: ms.optional(),
        max: ms.optional(),
      })
      .optional(),
    classes: classes.optional(),
  })
  .transform(({ latency, classes = {}, ...counts }): Summary => {
    const n = latency === undefined ? 0 : (latency.n ?? counts.requests);
    return { ...counts, latency: { ...latency, n }, classes };
  });

/** Of `k6 run --summary-export`. Its rate http_req_failed `passes` with each request that failed. */
const k6 = z
  .object({
    metrics: z.object({
      http_reqs: z.object({ count }),
      http_req_failed: z.object({ passes: count, fails: count }),
      http_req_duration: z.object({
        med: ms.optional(),
        'p(90)': ms.optional(),
        'p(99)': ms.optional(),
        max: ms.optional(),
      }),
      dropped_iterations: z.object({ count }).optional(),
    }),
  })
  .refine(({ metrics: { http_reqs, http_req_failed } }) => addsUp(http_reqs.count, http_req_failed), {
    path: ['metrics', 'http_req_failed'],
    message: 'expected passes and fails to add up to http_reqs.count',
  })
  .transform(({ metrics }): Summary => {
    const { http_reqs, http_req_failed, http_req_duration, dropped_iterations } = metrics;
    const { med: p50, 'p(90)': p90, 'p(99)': p99, max } = http_req_duration;
    return {
      requests: http_reqs.count,
      errors: http_req_failed.passes,
      missed: dropped_iterations?.count,
      latency: { n: http_reqs.count, p50, p90, p99, max },
      classes: {},
    };
  });

/** Of `ghz -O json`: nanoseconds, of the calls that went well (or of all, by --count-errors). */
const ghz = z
  .object({
    count,
    slowest: ms,
    errorDistribution: z.record(z.string(), count).nullable(),
    statusCodeDistribution: classes.nullable(),
    latencyDistribution: z.array(z.object({ percentage: ms, latency: ms })).nullable(),
    histogram: z.array(z.object({ count })).nullable(),
  })
  .refine(({ count, statusCodeDistribution }) => sum(statusCodeDistribution) === count, {
    path: ['statusCodeDistribution'],
    message: 'expected the status codes to add up to count',
  })
  .transform((report): Summary => {
    const { OK: _, ...classes } = report.statusCodeDistribution ?? {};
    const percentile = (wanted: number): number | undefined => {
      const found = report.latencyDistribution?.find(({ percentage }) => percentage === wanted);
      return found === undefined ? undefined : found.latency / 1e6;
    };
    const n = (report.histogram ?? []).reduce((all, { count }) => all + count, 0);
    return {
      requests: report.count,
      errors: sum(report.errorDistribution),
      latency:
        n === 0
          ? { n }
          : { n, p50: percentile(50), p90: percentile(90), p99: percentile(99), max: report.slowest / 1e6 },
      classes,
    };
  });

/** What a file of a form is read by. At 99 k6 has crossed a threshold of its script, and written everything. */
export const forms: Record<LoadOf<'command'>['summary'], Form> = {
  coalmine: { schema: own, exits: [0] },
  k6: { schema: k6, exits: [0, 99] },
  ghz: { schema: ghz, exits: [0] },
};

function addsUp(total: number, { passes, fails }: { passes: number; fails: number }): boolean {
  return passes + fails === total;
}

function sum(counts: Record<string, number> | null): number {
  return Object.values(counts ?? {}).reduce((all, n) => all + n, 0);
}
