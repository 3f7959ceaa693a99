/** What a fault of an API server means, and what a person can do about it. Decided here, once, for target and splitter. */
import { z } from 'zod';
import { refused, turnedAway, unavailable } from '../failures.ts';

/** How to speak of one request. */
interface Words {
  /** A message: what the request was, and then what was found. */
  say: (found: string) => string;
  /** What somebody else wrote, short and without the worker's secrets. */
  quote: (text: string) => string;
}

/** What an API server answers with at a fault. */
const status = z.object({
  message: z.string().default(''),
  reason: z.string().default(''),
  details: z
    .object({
      causes: z.array(z.object({ reason: z.string().optional() })).optional(),
    })
    .nullish(),
});

type Status = z.output<typeof status>;

function statusOf(text: string): Status {
  try {
    const parsed = status.safeParse(JSON.parse(text));
    if (parsed.success) return parsed.data;
  } catch {
    // No JSON: a proxy in between has answered.
  }
  return { message: text, reason: '', details: null };
}

const right = /cannot (\S+) resource "([^"]+)" in API group "([^"]*)"(?: in the namespace "([^"]+)")?/;

/** The failure that an answer stands for. */
export function faultOf(code: number, text: string, { say, quote }: Words): Error {
  const { message, details } = statusOf(text);
  const found = `answered ${String(code)} (${quote(message)})`;
  if (code === 429) return turnedAway(say(`${found}: it has too much to do; it is tried again`));
  // At 500 and 504 it may still be at it.
  if (code >= 500)
    return unavailable(
      say(`${found}; it is tried again, and the log of the API server, or of a webhook, says why`),
    );
  if (code === 409) return turnedAway(say(`${found}: it was changed at the same moment; it is tried again`));
  if (code === 401)
    return refused(
      say(
        `${found}: it does not accept the worker's credentials; renew them in its kubeconfig or service account`,
      ),
    );
  if (isTerminating(message, details))
    return refused(say(`${found}: the namespace is being deleted; create it again, with what was in it`));
  if (code === 403) return refused(say(forbidden(message, found)));
  if (code === 404) return refused(say(`${found}: it is not there`));
  return refused(say(`${found}: it, or an admission policy of the cluster, does not accept this`));
}

function isTerminating(message: string, details: Status['details']): boolean {
  return (
    details?.causes?.some(({ reason }) => reason === 'NamespaceTerminating') === true ||
    /because it is being terminated/.test(message)
  );
}

function forbidden(message: string, found: string): string {
  const [, verb = '', resource = '', group = '', namespace] = right.exec(message) ?? [];
  if (verb !== '') {
    const where = namespace === undefined ? 'a ClusterRole' : `a Role in ${namespace}`;
    return (
      `${found}: the worker may not ${verb} ${resource}; add to ${where}: ` +
      `{ apiGroups: ['${group}'], resources: ['${resource}'], verbs: ['${verb}'] }`
    );
  }
  if (/exceeded quota/.test(message))
    return `${found}: the quota of the namespace is used up; raise it (kubectl describe quota)`;
  return `${found}: an admission policy of the cluster does not accept this; change what is deployed, or the policy`;
}
