import type pc from 'picocolors';

export type Colors = ReturnType<typeof pc.createColors>;

/** What a view is drawn on. */
export interface Canvas {
  /** Characters per line. */
  width: number;
  colors: Colors;
  /** The moment of drawing, ms since 1970: ages and deadlines are told from it. */
  now: number;
}
