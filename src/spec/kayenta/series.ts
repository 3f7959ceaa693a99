import { z } from 'zod';
import { expectedPoints, type Series } from '../../judge/kayenta/pairs.ts';
import { parseJson } from './json.ts';

const anyMember = 'a number, null where there was none, or a series with tags and values';

/** Kayenta writes a point without a value as the text NaN. */
const point = z
  .union([z.number(), z.null(), z.string().refine((text) => text === 'NaN', anyMember)], anyMember)
  .transform((value) => (typeof value === 'number' ? value : NaN));

const points = z.array(point);

const mostPoints = 1_000_000;

const tagged = z
  .strictObject({
    tags: z.record(z.string(), z.string()).default({}),
    values: points,
    startTimeMillis: z.number().default(0),
    endTimeMillis: z.number().default(0),
    stepMillis: z.number().min(0).default(0),
  })
  .refine(({ startTimeMillis, endTimeMillis, stepMillis }) => {
    return expectedPoints(startTimeMillis, endTimeMillis, stepMillis) <= mostPoints;
  }, `a time from start to end of at most ${mostPoints} steps`)
  .transform(({ tags, values, startTimeMillis, endTimeMillis, stepMillis }): Series => ({
    tags,
    values,
    expected: expectedPoints(startTimeMillis, endTimeMillis, stepMillis),
  }));

const either = 'numbers, or series with tags and values, not both';

/** What a metric's name stands for: one series as a plain list of its points, or several with their tags. */
const metric = z.array(z.union([point, tagged], anyMember)).transform((members, context): Series[] => {
  const several = members.filter((member) => typeof member !== 'number');
  if (several.length === 0) return [{ tags: {}, values: members.filter(isPoint), expected: 0 }];
  if (several.length < members.length) context.addIssue({ code: 'custom', message: either });
  return several;
});

function isPoint(member: number | Series): member is number {
  return typeof member === 'number';
}

const arm = z.record(z.string(), metric);

/**
 * Reads the points of one arm: by the name of the metric a list of numbers, null where there was none, or a list of
 * series with their tags.
 *
 * @param file what the text is called in messages
 * @throws {SpecError} with every problem
 */
export function parseSeries(text: string, file: string): Map<string, Series[]> {
  const { read } = parseJson(arm, text, file);
  return new Map(Object.entries(read).map(([name, series]) => [name.normalize('NFC'), series]));
}
