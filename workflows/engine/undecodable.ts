/** Stands for a value that cannot be read: messages and arguments may hold one, and everything else is an error. */
export class Undecodable {
  /** Why, without a full stop: `it has the encoding binary/encrypted, 48 bytes`. */
  readonly why: string;

  constructor(why: string) {
    this.why = why;
  }
}
