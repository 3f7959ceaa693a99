import { z } from 'zod';
import { ClusterError, connectCluster, type ClusterApi, type ClusterUser } from '../cluster-api.ts';
import { ruleOf, rights, ruleText, type ClusterAdapter, type Right } from '../domain/rights.ts';
import { count } from '../text/number.ts';
import { ok, problem, type Finding } from './finding.ts';

/** Where a rollout would take place, and by which adapters. */
export interface ClusterPlace extends ClusterUser {
  namespace: string;
  adapters: readonly ClusterAdapter[];
}

/**
 * Asks a cluster for everything that rollouts need there: that it answers, serves the resources, and lets the user do with them
 * what the adapters do. Changes nothing.
 */
export async function* examineCluster(place: ClusterPlace): AsyncGenerator<Finding> {
  try {
    const api = await connectCluster(place);
    yield await lookAtServer(api);
    const needed = rights.filter(({ adapter }) => place.adapters.includes(adapter));
    const missing = await lookAtResources(api, needed);
    yield* missing.findings;
    const served = needed.filter((right) => !missing.rights.includes(right));
    yield* await lookAtRights(api, place, served);
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error;
    yield problem('cluster', error.message);
  }
}

const version = z.object({ gitVersion: z.string() });

async function lookAtServer(api: ClusterApi): Promise<Finding> {
  const { gitVersion } = version.parse(await api.get('/version'));
  return ok('cluster', `Kubernetes ${gitVersion} answers at ${api.server}`);
}

const resourceList = z.object({ resources: z.array(z.object({ name: z.string() })) });

/** What the cluster does not serve: a CRD that is not installed, or a version that is too old. */
async function lookAtResources(
  api: ClusterApi,
  needed: readonly Right[],
): Promise<{ findings: Finding[]; rights: Right[] }> {
  const found = new Set<string>();
  for (const apiVersion of new Set(needed.map((right) => right.apiVersion))) {
    const answer = await api.get(apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`);
    if (answer === null) continue;
    for (const { name } of resourceList.parse(answer).resources) found.add(`${apiVersion}/${name}`);
  }
  const missing = needed.filter(({ apiVersion, resource }) => !found.has(`${apiVersion}/${resource}`));
  const names = [...new Set(missing.map(({ apiVersion, resource }) => `${resource} (${apiVersion})`))];
  return {
    findings: names.map((name) => problem('resources', `the cluster has no ${name}`, install(name))),
    rights: missing,
  };
}

function install(name: string): string {
  return name.includes('gateway.networking.k8s.io')
    ? 'install the CRDs of the Gateway API 1.1 or newer: https://gateway-api.sigs.k8s.io/guides/getting-started/'
    : 'upgrade the cluster to Kubernetes 1.27 or newer';
}

const review = z.object({ status: z.object({ allowed: z.boolean() }) });

/** What the user may not do. */
async function lookAtRights(
  api: ClusterApi,
  { namespace, as }: ClusterPlace,
  needed: readonly Right[],
): Promise<Finding[]> {
  const who = as ?? 'the worker';
  const looked = await Promise.all(
    needed.map(async (right) => {
      const may = await Promise.all(right.verbs.map((verb) => isAllowed(api, namespace, right, verb)));
      return { ...right, verbs: right.verbs.filter((_, at) => may[at] === false) };
    }),
  );
  const missing = looked.filter(({ verbs }) => verbs.length > 0);
  if (missing.length === 0) {
    const verbs = needed.reduce((sum, right) => sum + right.verbs.length, 0);
    return [ok('rights', `${who} has every right that it needs in ${namespace} (${count(verbs, 'right')})`)];
  }
  return missing.map((right) =>
    problem(
      'rights',
      `${who} may not ${right.verbs.join(', ')} ${right.resource} in ${namespace}: ${right.what}`,
      `add to its Role in ${namespace}: - ${ruleText(ruleOf(right))}`,
    ),
  );
}

async function isAllowed(
  api: ClusterApi,
  namespace: string,
  { resource, ...right }: Right,
  verb: string,
): Promise<boolean> {
  const { apiGroups } = ruleOf({ resource, ...right });
  const [name = '', subresource] = resource.split('/');
  const resourceAttributes = { namespace, verb, group: apiGroups[0], resource: name, subresource };
  const answer = await api.post('/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SelfSubjectAccessReview',
    spec: { resourceAttributes },
  });
  return review.parse(answer).status.allowed;
}
