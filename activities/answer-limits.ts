import { mebibyte } from './http-answer.ts';

/** How much of a source's answer is read. More is no signal, with the reason; docs/limits.md lists them. */
export const answerLimits = {
  /** Of one answer of Prometheus. */
  bytes: 8 * mebibyte,
  /** Of one answer: with more, the selector is wider than one service. */
  series: 2_000,
  /** Of one series: three hours of a scrape each second. */
  samples: 11_000,
  /** Of one series. */
  labels: 64,
  /** Of the name or the value of a label. */
  labelCharacters: 2_048,
  /** That the series of one metric come from. */
  jobs: 100,
  /** Of one histogram. */
  buckets: 500,
} as const;
