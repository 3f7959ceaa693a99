/** What one look at an installation found. */
export interface Finding {
  /** What was looked at, in a word or two. */
  about: string;
  /** `problem`: rollouts cannot run, or something is left over; `warning`: they can, but somebody should look. */
  state: 'ok' | 'warning' | 'problem';
  /** One sentence: what was found. */
  text: string;
  /** Commands, or one sentence, that mend it. */
  mend: string[];
}

export function ok(about: string, text: string): Finding {
  return { about, state: 'ok', text, mend: [] };
}

export function warning(about: string, text: string, ...mend: string[]): Finding {
  return { about, state: 'warning', text, mend };
}

export function problem(about: string, text: string, ...mend: string[]): Finding {
  return { about, state: 'problem', text, mend };
}
