import { z } from 'zod';
import { image } from './docker.ts';
import { duration, line, whole } from './values.ts';

const objectName = z
  .string()
  .regex(
    /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/,
    'the name of an object of Kubernetes: lower-case letters, digits, dashes and dots',
  );

const namespace = z
  .string()
  .regex(
    /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/,
    'the name of a namespace: lower-case letters, digits and dashes',
  );

const versionedName = z
  .string()
  .regex(
    /^(?=[^$]*\$version[^$]*$)[a-z0-9$][a-z0-9.$-]{0,250}$/,
    'the name of a ConfigMap or a Secret with $version in it, such as checkout-config-$version',
  );

/** The label by which Kubernetes itself suggests to tell versions. */
export const versionLabel = 'app.kubernetes.io/version';

/** A Deployment of a Kubernetes cluster. */
export const kubernetesTarget = z
  .strictObject({
    type: z.literal('kubernetes').describe('A Deployment of a Kubernetes cluster'),
    context: line(253)
      .optional()
      .describe(
        "A context of the worker's kubeconfig; by default its current one, or the cluster that the worker runs in",
      ),
    namespace: namespace.describe('The namespace of the Deployment'),
    deployment: objectName
      .optional()
      .describe(
        'Your own Deployment, which serves today; by default it has the last part of the name of the service',
      ),
    container: line(63)
      .optional()
      .describe(
        'The container that gets the image; required only if several could: by default the one whose image fits, or the only one',
      ),
    image: image
      .refine(
        (name) => name.includes('$version'),
        'a name with $version in it, such as shop/checkout:$version',
      )
      .optional()
      .describe('The image of a version, such as shop/checkout:$version'),
    patch: z
      .record(z.string(), z.json())
      .optional()
      .describe(
        'What the pod template has otherwise in the new version, as a strategic merge patch (kubectl patch); $version is filled in',
      ),
    config: z
      .array(versionedName)
      .max(50)
      .default([])
      .describe(
        'ConfigMaps and Secrets that come with a version, by their names, such as checkout-config-$version: you create the one of the new version, and the pods that run it refer to that',
      ),
    replicas: whole(1, 1_000)
      .optional()
      .describe(
        "So many copies of the canary, whatever a step says; by default a share of stable's copies. With all of the traffic it always has as many as stable",
      ),
    service: objectName
      .optional()
      .describe(
        "Stable's Service; required only if several select its pods and none has the name of the Deployment",
      ),
    ready: duration.prefault('10m').describe('How long a deploy or a promotion may take until it is ready'),
    drain: duration
      .prefault('10s')
      .describe('How long the canary lives on when its traffic is gone, for the requests under way'),
  })
  .refine(
    ({ image: given, patch }) => given !== undefined || labelledVersion(patch),
    `image, or a patch that sets the label ${versionLabel} to $version, by which versions are told`,
  );

function labelledVersion(patch: Record<string, unknown> | undefined): boolean {
  const { labels } = (patch?.['metadata'] ?? {}) as { labels?: Record<string, unknown> };
  return labels?.[versionLabel] === '$version';
}

export type KubernetesTarget = z.output<typeof kubernetesTarget> & {
  /** Nothing splits live traffic: the canary's copies stand behind stable's Service. */
  byCopies: boolean;
};
