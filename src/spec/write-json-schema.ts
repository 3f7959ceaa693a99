import { mkdirSync, writeFileSync } from 'node:fs';
import { rolloutJsonSchema } from './json-schema.ts';

/** `npm run schema` writes this file; a test checks that it is current. */
const file = new URL('../../schema/rollout.schema.json', import.meta.url);

mkdirSync(new URL('.', file), { recursive: true });
writeFileSync(file, `${JSON.stringify(rolloutJsonSchema(), null, 2)}\n`);
