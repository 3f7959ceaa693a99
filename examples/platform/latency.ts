/**
 * How many answers took at most so many seconds, by these, and all of them by `+Inf`: the buckets of a histogram as
 * Prometheus keeps them.
 */
export type Latency = Record<string, number>;

/** Seconds; finer at the lower end than is usual, since a file of this machine takes a millisecond or two. */
const bounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export function noLatency(): Latency {
  return Object.fromEntries([...bounds.map(String), '+Inf'].map((bound) => [bound, 0]));
}

export function countLatency(latency: Latency, seconds: number): void {
  for (const bound of Object.keys(latency)) {
    if (bound === '+Inf' || seconds <= Number(bound)) latency[bound] = (latency[bound] ?? 0) + 1;
  }
}
