/** What kinds of sources declare, for whoever must know it and can load no adapter: spec, workflows and command line. */

/** Of one kind. Its adapter keeps it, which the contract suite of metrics tries. */
interface SourceKind {
  /** What its metrics judge: the test (the load against the canary alone), or the bakes. */
  judges: 'test' | 'bakes';
  /** So much later than its end a window may have to be read, at most (ms). */
  mostLag: number;
  /** It can measure windows long closed, so that stable's past can be asked for. */
  remembers: boolean;
}

/**
 * Every kind, by its `type` in the spec. Workflows decide by this: another value for a kind that rollouts already use needs
 * `patched()`, as any change to workflow code.
 */
const sources = {
  http: { judges: 'bakes', mostLag: 0, remembers: false },
  load: { judges: 'test', mostLag: 0, remembers: false },
  // Two scrapes of at most a minute each.
  prometheus: { judges: 'bakes', mostLag: 120_000, remembers: true },
} satisfies Record<string, SourceKind>;

/** The kinds that are declared: the spec has no others. */
export type SourceType = keyof typeof sources;

interface Sourced {
  source: { type: string };
}

/** It judges the load against the canary alone, and no bake. */
export function judgesTest(metric: Sourced): boolean {
  return kindOf(metric).judges === 'test';
}

/** Its source knows what stable's copies did before the rollout. */
export function remembers(metric: Sourced): boolean {
  return kindOf(metric).remembers;
}

/** How much later than its end the last tick of a chapter may be read (ms). */
export function mostLag(metrics: readonly Sourced[]): number {
  return Math.max(0, ...metrics.map((metric) => kindOf(metric).mostLag));
}

function kindOf({ source }: Sourced): SourceKind {
  return sources[source.type as SourceType];
}
