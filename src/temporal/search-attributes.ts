import { isGrpcServiceError, NamespaceNotFoundError, type ConnectionLike } from '@temporalio/client';
import { searchAttributes } from '../domain/surface.ts';

/** The name of one of Coalmine's search attributes. */
export type SearchAttribute = keyof typeof searchAttributes;

/** The namespace lacks search attributes, without which every rollout would hang; the message says what to run. */
export class MissingSearchAttributesError extends Error {
  override readonly name = 'MissingSearchAttributesError';
}

/** gRPC's codes for a request that the server does not understand, and for what is not there. */
const invalidArgument = 3;
const notFound = 5;

/** By type: what the CLI calls it, its number in the API, and a value that a query may compare it with. */
const types = {
  KEYWORD: { name: 'Keyword', code: 2, example: "''" },
  DOUBLE: { name: 'Double', code: 4, example: '0.5' },
} as const;

const all = Object.keys(searchAttributes) as SearchAttribute[];

/** The arguments of `temporal server start-dev` that register them all; repeating them is harmless. */
export const registeringArguments: readonly string[] = all.flatMap((attribute) => [
  '--search-attribute',
  `${attribute}=${types[searchAttributes[attribute]].name}`,
]);

/**
 * Which search attributes a namespace lacks; a workflow that sets one of those hangs. Asked by queries, which
 * every server and every role that may list workflows can answer. Throws if one is there with another type, and a
 * NamespaceNotFoundError.
 */
export async function missingSearchAttributes(
  connection: ConnectionLike,
  namespace: string,
): Promise<SearchAttribute[]> {
  const missing: SearchAttribute[] = [];
  // One after the other: where one throws, none is left under way on a connection that its owner then closes.
  for (const attribute of all) {
    if (!(await isRegistered(connection, namespace, attribute))) missing.push(attribute);
  }
  return missing;
}

/** Throws a MissingSearchAttributesError unless the namespace has them all. */
export async function requireSearchAttributes(
  connection: ConnectionLike,
  { address, namespace }: { address: string; namespace: string },
): Promise<void> {
  const missing = await missingSearchAttributes(connection, namespace);
  if (missing.length === 0) return;
  throw new MissingSearchAttributesError(
    `namespace ${namespace} of ${address} lacks the search attributes ${missing.join(', ')}; register them and start again:\n` +
      registeringCommands(missing, { address, namespace }),
  );
}

/** The commands that register search attributes, one a line: given several names, the CLI takes the first only. */
export function registeringCommands(
  missing: readonly SearchAttribute[],
  { address, namespace }: { address: string; namespace: string },
): string {
  return missing
    .map(
      (attribute) =>
        `temporal operator search-attribute create --address ${address} --namespace ${namespace} ` +
        `--name ${attribute} --type ${types[searchAttributes[attribute]].name}`,
    )
    .join('\n');
}

/** Registers search attributes on a server that one may administer. */
export async function registerSearchAttributes(
  connection: ConnectionLike,
  namespace: string,
  missing: readonly SearchAttribute[],
): Promise<void> {
  await connection.operatorService.addSearchAttributes({
    namespace,
    searchAttributes: Object.fromEntries(
      missing.map((attribute) => [attribute, types[searchAttributes[attribute]].code]),
    ),
  });
}

async function isRegistered(
  connection: ConnectionLike,
  namespace: string,
  attribute: SearchAttribute,
): Promise<boolean> {
  const { name, example } = types[searchAttributes[attribute]];
  try {
    await connection.workflowService.countWorkflowExecutions({
      namespace,
      query: `${attribute} = ${example}`,
    });
    return true;
  } catch (error) {
    if (!isGrpcServiceError(error)) throw error;
    const code: number = error.code;
    if (code === notFound) throw new NamespaceNotFoundError(namespace);
    if (code !== invalidArgument) throw error;
    if (!error.details.includes('value type')) return false;
    throw new Error(
      `The search attribute ${attribute} of namespace ${namespace} is not of type ${name}: ${error.details}. ` +
        `Remove it (temporal operator search-attribute remove --namespace ${namespace} --name ${attribute}) and start again.`,
      { cause: error },
    );
  }
}
