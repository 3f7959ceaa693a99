import { existsSync } from 'node:fs';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, Runtime, type WorkflowBundleOption } from '@temporalio/worker';
import { workflowCode } from './workflow-code.ts';

/** This installation's workflow code: what `npm run build` has bundled; from sources it is bundled now. */
export async function builtWorkflows(): Promise<{ workflowBundle: WorkflowBundleOption }> {
  const codePath = fileURLToPath(new URL('../../workflow-bundle.js', import.meta.url));
  if (existsSync(codePath)) return { workflowBundle: { codePath } };
  const directory = new URL('../../workflows/', import.meta.url);
  const { logger } = Runtime.instance();
  return {
    workflowBundle: await bundleWorkflowCode({
      ...workflowCode(directory, extname(import.meta.url)),
      logger,
    }),
  };
}
