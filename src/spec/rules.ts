import type { z } from 'zod';

/** Placeholder replaced by the rules of the whole spec. */
export function stepsRules(_spec: unknown, _context: z.RefinementCtx): void {
  return;
}
