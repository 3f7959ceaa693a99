import { fileURLToPath } from 'node:url';
import type { BundleOptions } from '@temporalio/worker';

/**
 * What the workflow's bundle is made of, for `bundleWorkflowCode`. A bundle without these modules lets one payload that
 * cannot be read stop a rollout, and writes the text of failures in plain beside encrypted payloads.
 *
 * @param workflows URL of the directory `workflows/`, with a `/` at its end
 * @param extension of the files there: `.ts` in the sources, `.js` in what `npm run build` makes
 */
export function workflowCode(
  workflows: URL,
  extension: string,
): Required<
  Pick<
    BundleOptions,
    'workflowsPath' | 'payloadConverterPath' | 'failureConverterPath' | 'workflowInterceptorModules'
  >
> {
  const place = (name: string): string => fileURLToPath(new URL(`${name}${extension}`, workflows));
  return {
    workflowsPath: place('index'),
    payloadConverterPath: place('engine/payload-converter'),
    failureConverterPath: place('engine/failure-converter'),
    workflowInterceptorModules: [place('engine/interceptors')],
  };
}
