import type { Shape } from '../shape.ts';

/** Says what a rule found amiss. Without `found`, what the author wrote at the path says it. */
export type Report = (path: PropertyKey[], expected: string, found?: string) => void;

/** What must hold between the parts of a spec. It is checked if the sections that it reads are sound. */
export interface Rule {
  reads: readonly (keyof Shape)[];
  check: (spec: Shape, report: Report) => void;
}

/** A rule that sees the sections that it says it reads, and no other. */
export function rule<Section extends keyof Shape>(
  reads: readonly Section[],
  check: (spec: Pick<Shape, Section>, report: Report) => void,
): Rule {
  return { reads, check };
}
