/** What people have asked for that the procedure has still to act on. */
export interface Asked {
  abort: string | null;
  reject: string | null;
  promote: { by: string | null; text: string } | null;
  abandon: string | null;
  /** Try again at once what is stuck. */
  retry: boolean;
}

/** What is to be acted on now, with the sentence that says who asked for it. */
export interface Wish {
  verb: 'abandon' | 'abort' | 'reject' | 'promote';
  text: string;
}

/** The gravest of what people have asked for; null: nothing. A promote waits for the end of a pause. */
export function wishOf({ asked, paused }: { asked: Asked; paused: object | null }): Wish | null {
  if (asked.abandon !== null) return { verb: 'abandon', text: asked.abandon };
  if (asked.abort !== null) return { verb: 'abort', text: asked.abort };
  if (asked.reject !== null) return { verb: 'reject', text: asked.reject };
  if (asked.promote !== null && paused === null) return { verb: 'promote', text: asked.promote.text };
  return null;
}
