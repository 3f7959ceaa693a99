import { z } from 'zod';
import type { SourceType } from '../domain/sources.ts';

/** The `type` of a source. It does not compile for a kind that `src/domain/sources.ts` does not declare. */
export function sourceType<Type extends SourceType>(type: Type) {
  return z.literal(type);
}
