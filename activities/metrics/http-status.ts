import type { Reading } from '../../src/domain/samples.ts';
import type { Grants, MetricOf, Metrics } from '../ports.ts';
import { jsonSource, unlike, type Found } from './http/json-source.ts';

/** A status at a JSONPath of what a URL answers: a string, or a boolean or a number taken as one. */
export function httpStatus({ source }: MetricOf<'http'> & { kind: 'status' }, grants: Grants): Metrics {
  const json = jsonSource(source, grants);
  return {
    past: false,
    async collect({ release, cursor }, call) {
      const canary = await json.measure(release, 'canary', (at) => statusOf(at(source.status)), call);
      return { canary, cursor };
    },
  };
}

function statusOf(found: Found): Reading {
  const { value } = found;
  if (value === null || typeof value === 'object') throw unlike('a text, a number or true or false', found);
  return { status: String(value) };
}
