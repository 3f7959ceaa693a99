/**
 * How large a spec and its parts may be. Far above what a rollout needs, and small enough that no spec holds up the
 * process that reads it; docs/limits.md lists them.
 */
export const specLimits = {
  /** Of the text, and of all text in a spec that came as a value. */
  bytes: 1024 * 1024,
  /** Words, punctuation, comments and line ends of the text. */
  tokens: 100_000,
  /** Values in the whole spec: mappings, lists, and what is in them. */
  values: 50_000,
  /** Mappings and lists in one another. */
  depth: 20,
  /** Of one mapping or list. */
  entries: 1_000,
  /** Problems that a refusal lists; the rest is counted. */
  problems: 100,
  pathCharacters: 500,
  /** Of a JSONPath: names, numbers, `*`, slices and filters. */
  pathSelectors: 20,
  /** Of a PromQL expression, a selector or its matchers. */
  queryCharacters: 2_000,
  /** Of a PromQL expression: each is a query of its own at every look. */
  querySelectors: 20,
} as const;
