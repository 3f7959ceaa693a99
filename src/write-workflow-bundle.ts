/** Bundles the workflows that lie beside this file, so that a worker starts at once: part of `npm run build`. */
import { writeFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode } from '@temporalio/worker';
import { workflowCode } from './worker/workflow-code.ts';

const { code } = await bundleWorkflowCode({
  ...workflowCode(new URL('../workflows/', import.meta.url), extname(import.meta.url)),
  // Stack traces say `workflows/rollout.ts`, and the bundle is the same wherever it is built. They need the map, and no
  // source, which would be half of the package.
  webpackConfigHook: (config) => ({
    ...config,
    devtool: 'inline-nosources-source-map',
    output: { ...config.output, devtoolModuleFilenameTemplate: '[resource-path]' },
  }),
  logger: { trace() {}, debug() {}, info() {}, warn: console.warn, error: console.error, log() {} },
});
await writeFile(fileURLToPath(new URL('../workflow-bundle.js', import.meta.url)), code);
