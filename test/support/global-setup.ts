import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleWorkflowCode } from '@temporalio/worker';
import type { TestProject } from 'vitest/node';
import { workflowCode } from '../../src/worker/workflow-code.ts';
import { temporalPath, testServerPath } from './binaries.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The workflows, bundled once for all tests. */
    workflowBundle: string;
    /** Path of the `temporal` binary. */
    temporal: string;
    /** Path of the time-skipping test server. */
    testServer: string;
  }
}

/** Once before all tests: finds the Temporal binaries and bundles the workflows. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const directory = await mkdtemp(join(tmpdir(), 'coalmine-test-'));
  const silent = { trace() {}, debug() {}, info() {}, warn() {}, error() {}, log() {} };
  const { code } = await bundleWorkflowCode({
    ...workflowCode(new URL('../../workflows/', import.meta.url), '.ts'),
    logger: silent,
  });
  const path = join(directory, 'workflow-bundle.js');
  await writeFile(path, code);
  project.provide('workflowBundle', path);
  project.provide('temporal', await temporalPath());
  project.provide('testServer', await testServerPath());
  return () => rm(directory, { recursive: true });
}
