import { z } from 'zod';
import { rolloutSchema } from './schema.ts';

/**
 * The JSON Schema of a rollout as its author writes it, for completion and checks in editors. A YAML file names
 * it in its first line: `# yaml-language-server: $schema=<path or URL of rollout.schema.json>`. It does not say
 * all: `coalmine validate` also checks what must hold between the parts.
 */
export function rolloutJsonSchema(): object {
  const { $schema, ...schema } = z.toJSONSchema(rolloutSchema, { io: 'input', target: 'draft-7' });
  return { $schema, $id: 'urn:coalmine:rollout', ...schema };
}
