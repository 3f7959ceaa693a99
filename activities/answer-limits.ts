export const mebibyte = 1024 * 1024;

/** How much of a source's answer is read. More is no signal, with the reason; docs/limits.md lists them. */
export const answerLimits = {
  /** Of one answer of Prometheus. */
  bytes: 4 * mebibyte,
  /** Of one answer of any source, target or splitter, as `tooMuchJson` counts them: what takes long is their number. */
  values: 500_000,
  keys: 100_000,
  /** Lists and objects in one another. */
  depth: 100,
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

/** How much of the answers of a target and of a splitter is taken; docs/limits.md lists them. */
export const targetLimits = {
  /** Of one answer. */
  bytes: mebibyte,
  /** Of one track. */
  versions: 100,
  versionCharacters: 200,
  /** Of a track's own address. */
  urlCharacters: 2_000,
  /** Of the copies of one track. */
  addresses: 100,
  /** Of what a target says when it has given up. */
  failedCharacters: 1_000,
  /** Of each name, value and path of an audience. */
  audienceCharacters: 500,
} as const;
