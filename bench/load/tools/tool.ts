/** What a tool is to send. */
export interface Ask {
  url: string;
  /** Requests per second. */
  rate: number;
  seconds: number;
  /** For tools that send over a fixed number. */
  connections: number;
}

/** What a tool says of how long requests took, in milliseconds. */
export interface Told {
  p50: number;
  p90: number;
  p99: number;
}

/** A load generator beside others. */
export interface Tool {
  name: string;
  /** Whether it can be asked for a rate; one that cannot sends as fast as it is answered. */
  holdsRate: boolean;
  /** How to get it, where it is not there. */
  missing: () => Promise<string | null>;
  load: (ask: Ask) => Promise<Told>;
}
