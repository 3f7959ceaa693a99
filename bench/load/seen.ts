/** How the target behaves from one `begin` to the next. */
export interface Behaviour {
  /** Milliseconds after which it answers. */
  answersAfter: number;
  /** It stands still: what comes then is answered when it is over. In ms, counted from the first request. */
  stall?: Stall;
}

export interface Stall {
  after: number;
  lasts: number;
}

/** What the target has seen since it was told to begin; all in milliseconds of its own clock. */
export interface Seen {
  /** When each request came, oldest first. */
  came: number[];
  /** From when a request came until its answer was handed to the network, in the order of the answers. */
  took: number[];
}
