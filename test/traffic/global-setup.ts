import type { TestProject } from 'vitest/node';
import { traefikPath } from '../support/traefik-binary.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Path of the `traefik` binary; null if there is none. */
    traefik: string | null;
  }
}

/** Once before all tests: finds Traefik. */
export default async function setup(project: TestProject): Promise<void> {
  project.provide('traefik', await traefikPath());
}
