/** What the demo releases to. */
export interface Site {
  /** Where users go. */
  front: string;
  /** What it is, for people. */
  about: string;
  /** What Prometheus is to scrape each second; null: the demo is not judged by one. */
  scraped: { name: string; url: string } | null;
  /** The spec of the releases, beside this file. */
  spec: string;
  /** What stands in that file for what is another one on this machine: `http://127.0.0.1:4001`. */
  places: Record<string, string>;
  /** What the worker needs besides, to be allowed what the spec asks for. */
  environment: Record<string, string>;
}

/** How each thing on the stage is ended, in the order in which they were begun. */
export type Ends = (() => Promise<void>)[];

export const stableVersion = '14.1.0';
