/** The pod template of a version, made from that of stable. */
import type { KubernetesTarget } from '../../../src/spec/kubernetes.ts';
import { literalPattern } from '../../../src/text/literal-pattern.ts';
import { refused } from '../../failures.ts';
import { filled, imageName, versionIn } from '../../image-template.ts';
import { deployments, type Deployment, type PodTemplate } from '../../kubernetes/kinds.ts';
import type { Release } from '../../ports.ts';
import type { Place } from './stable.ts';

/**
 * The template with the image, the patch and the configuration of the release's version; the same again, if it has them.
 *
 * @throws a non-retryable failure where the spec does not fit the Deployment, or the cluster refuses the patch
 */
export async function templateFor(
  { plan, cluster }: Place,
  { service, version }: Pick<Release, 'service' | 'version'>,
  stable: Deployment,
  signal: AbortSignal,
): Promise<PodTemplate> {
  const { name } = stable.metadata;
  // How lists are merged is told by the API server itself.
  const from =
    plan.patch === undefined
      ? stable
      : await cluster.patched(
          deployments,
          name,
          { spec: { template: withTexts(plan.patch, { service, version }) } },
          signal,
        );
  return withConfig(
    withImage(from.spec.template, plan, { service, version }, name),
    plan.config,
    version,
    name,
  );
}

/** Images that a patch sets, as it has them. */
export function imagesIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(imagesIn);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) =>
    key === 'image' && typeof member === 'string' ? [member] : imagesIn(member),
  );
}

/** Each text in it filled in. */
function withTexts(value: unknown, { service, version }: Pick<Release, 'service' | 'version'>): unknown {
  if (typeof value === 'string') return filled(value, service, version);
  if (Array.isArray(value)) return value.map((member) => withTexts(member, { service, version }));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key, withTexts(member, { service, version })]),
  );
}

function withImage(
  template: PodTemplate,
  { image, container }: KubernetesTarget,
  { service, version }: Pick<Release, 'service' | 'version'>,
  deployment: string,
): PodTemplate {
  if (image === undefined) return template;
  const { containers } = template.spec;
  const named = containers.filter(({ name }) => name === container);
  const fitting = containers.filter((one) => versionIn({ image }, service, one.image ?? '') !== null);
  const [chosen, ...others] = container !== undefined ? named : fitting.length > 0 ? fitting : containers;
  if (chosen === undefined || others.length > 0)
    throw refused(
      `${container === undefined ? `it is not clear which container of the Deployment ${deployment} gets the image ${image}` : `the Deployment ${deployment} has no container ${container}`}; ` +
        `correct target.container: it has ${containers.map(({ name }) => name).join(', ')}`,
    );
  const wanted = imageName({ image }, service, version);
  return {
    ...template,
    spec: {
      ...template.spec,
      containers: containers.map((one) => (one === chosen ? { ...one, image: wanted } : one)),
    },
  };
}

/** Where a pod refers to a ConfigMap or a Secret, and by which key the name is told. */
const references: Record<string, string> = {
  configMap: 'name',
  secret: 'secretName',
  configMapRef: 'name',
  secretRef: 'name',
  configMapKeyRef: 'name',
  secretKeyRef: 'name',
};

function withConfig(
  template: PodTemplate,
  names: readonly string[],
  version: string,
  deployment: string,
): PodTemplate {
  let spec: unknown = template.spec;
  for (const name of names) {
    const [before = '', after = ''] = name.split('$version').map(literalPattern);
    const pattern = new RegExp(`^${before}.+${after}$`);
    const wanted = name.replace('$version', version);
    const found = { any: false };
    spec = renamed(spec, pattern, wanted, found);
    if (!found.any)
      throw refused(
        `the pods of the Deployment ${deployment} refer to no ConfigMap and no Secret that is named like ${name}; correct target.config, or the Deployment`,
      );
  }
  return { ...template, spec: spec as PodTemplate['spec'] };
}

function renamed(value: unknown, pattern: RegExp, wanted: string, found: { any: boolean }): unknown {
  if (Array.isArray(value)) return value.map((member) => renamed(member, pattern, wanted, found));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => {
      const reference = member as Record<string, unknown> | null;
      // In a projected volume the name of a Secret is told as that of a ConfigMap.
      const nameKey = key === 'secret' && typeof reference?.['name'] === 'string' ? 'name' : references[key];
      const name = nameKey === undefined ? undefined : reference?.[nameKey];
      if (nameKey === undefined || typeof name !== 'string' || !pattern.test(name))
        return [key, renamed(member, pattern, wanted, found)];
      found.any = true;
      return [key, { ...reference, [nameKey]: wanted }];
    }),
  );
}
