import { visible } from '../../text/visible.ts';

/** What Kayenta's judge does that the strict judge refuses to do. */
export type Trap =
  | 'too-few-points'
  | 'no-data-passes'
  | 'few-extreme-points'
  | 'negative-values'
  | 'not-finite'
  | 'weights'
  | 'without-group'
  | 'all-muted'
  | 'thresholds'
  | 'pairing';

/** One thing that the strict judge does not judge. */
export interface Refusal {
  trap: Trap;
  /** What was found and where, what is wrong with it and what to do. */
  sentence: string;
  /** The metric whose data it is about; absent where it is about the configuration. */
  metric?: string;
}

/** The strict judge refuses a configuration or its data: every reason, each on a line of its own. */
export class KayentaRefused extends Error {
  override readonly name = 'KayentaRefused';
  readonly refusals: readonly Refusal[];

  constructor(refusals: readonly Refusal[]) {
    super(refusals.map(({ sentence }) => visible(sentence)).join('\n'));
    this.refusals = refusals;
  }
}

/** Kayenta throws out of its judge here, so that there is neither a score nor a result; so does `compat`. */
export class KayentaThrows extends Error {
  override readonly name = 'KayentaThrows';
}
