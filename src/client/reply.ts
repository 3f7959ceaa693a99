/** What became of a message. */
export interface Reply {
  /** The message's id: the same verb with the same id does nothing more. */
  id: string;
  /** Null: accepted and kept by the server, and no answer came; false: it has no effect. `text` says why. */
  handled: boolean | null;
  /** The rollout is paused in Temporal: nothing happens, not even an abort, until somebody unpauses it there. */
  pausedInTemporal: boolean;
  /** One or two sentences. */
  text: string;
}
