import type { Fault } from '../http.ts';
import type { Grants, MetricOf, Metrics } from '../ports.ts';
import { jsonSource, unlike, Unreadable, type Found } from './http/json-source.ts';

/**
 * A status at a JSONPath of what a URL answers: a string, or a boolean or a number taken as one. Many health pages
 * answer 503 together with the word; such an answer can fail the canary, and never passes it.
 */
export function httpStatus({ source, ok }: MetricOf<'http'> & { kind: 'status' }, grants: Grants): Metrics {
  const json = jsonSource(source, grants);
  return {
    remembers: false,
    async collect({ release, cursor }, call) {
      const canary = await json.measureAnyhow(
        release,
        'canary',
        async (at, fault) => {
          const find = (): Promise<Found> => at(source.status);
          return fault === null ? statusOf(await find()) : statusAtFault(find, fault, ok);
        },
        call,
      );
      return { canary, cursor };
    },
  };
}

function statusOf(found: Found): { status: string } {
  const { value } = found;
  if (value === null || typeof value === 'object') throw unlike('a text, a number or true or false', found);
  return { status: String(value) };
}

/** @throws the failure where the body does not say plainly how the canary is */
async function statusAtFault(
  find: () => Promise<Found>,
  { status: code, failure }: Fault,
  ok: readonly string[],
): Promise<{ status: string }> {
  let found: Found;
  let reading: { status: string };
  try {
    found = await find();
    reading = statusOf(found);
  } catch (error) {
    throw error instanceof Unreadable ? failure : error;
  }
  const { status } = reading;
  // Error pages of frameworks and proxies repeat the code under `status`: that says nothing about the canary.
  if (status === String(code)) throw failure;
  if (!ok.includes(status)) return reading;
  throw new Unreadable(
    `${found.place} is "${status}", which ok lists, but the answer is a ${String(code)}: they contradict each other, so it counts as no signal`,
  );
}
