import { createRequire } from 'node:module';

const { version: ours } = createRequire(import.meta.url)('coalmine/package.json') as { version: string };

/** Coalmine's own version, as its package says. */
export const version = ours;
