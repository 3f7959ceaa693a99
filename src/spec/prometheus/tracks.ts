import { z } from 'zod';
import type { Track } from '../../domain/rollout.ts';
import { unread } from '../values.ts';
import { NotPromQL, parseMatch, type Selector } from './selector.ts';

const anyValue = 'a text of at most 200 characters, { matches: a regular expression } or { not: a text }';
const text = z.string().max(200, anyValue);

const labelValue = z.union(
  [text, z.strictObject({ matches: text.min(1, anyValue) }), z.strictObject({ not: text })],
  anyValue,
);

const anyLabels = 'names of labels with their values, such as { workload: checkout-primary }';

const labels = z
  .record(z.string().regex(/^[A-Za-z_]\w*$/, anyLabels), labelValue, anyLabels)
  .refine((labels) => Object.keys(labels).length <= 10, 'at most 10 labels')
  .transform((labels, context): Selector['matchers'] => {
    const matchers = Object.entries(labels).map(([label, value]) => `${label}${matcherOf(value)}`);
    if (matchers.length === 0) return [];
    try {
      return parseMatch(matchers.join(','));
    } catch (error) {
      if (!(error instanceof NotPromQL)) throw error;
      context.addIssue({ code: 'custom', message: error.message, input: labels, params: unread });
      return z.NEVER;
    }
  });

function matcherOf(value: z.output<typeof labelValue>): string {
  if (typeof value === 'string') return `=${JSON.stringify(value)}`;
  return 'not' in value ? `!=${JSON.stringify(value.not)}` : `=~${JSON.stringify(value.matches)}`;
}

/** The labels by which a Prometheus tells the tracks apart, where they are not `track="canary"` and `track="stable"`. */
export const trackLabels = z
  .strictObject({
    canary: labels.describe("Labels of the canary's series"),
    stable: labels.describe("Labels of stable's series"),
    baseline: labels.optional().describe("Labels of the baseline's series, with baseline: fresh"),
  })
  .describe(
    'The labels of each track, which are added to every selector that does not name them itself: a text is equal, "" is ' +
      'absent, { matches: … } is a regular expression, { not: … } anything else. $service, $version and $track are filled in',
  );

/** Of each track, matchers. */
export type TrackLabels = Partial<Record<Track, Selector['matchers'] | undefined>>;
