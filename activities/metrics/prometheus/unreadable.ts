/** What could not be read of an answer, or must not be trusted, in one sentence. */
export class Unreadable extends Error {}
