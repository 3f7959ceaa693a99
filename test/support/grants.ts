import { connect } from '../../activities/declared.ts';
import { createGrants } from '../../activities/grants.ts';
import { Hiding } from '../../activities/hiding.ts';
import type { Adapter, Grants } from '../../activities/ports.ts';
import { readConfig } from '../../src/config.ts';

const config = readConfig({});

/** What specs may use in a test: these hosts, the secrets that `secret` knows, and no command. */
export function grantsOf(
  secret: (name: string) => string,
  allowHosts: readonly string[] = ['loopback'],
  allowDirectories: readonly string[] = [],
  allowNamespaces: readonly { context: string; namespace: string }[] = [],
): Grants {
  return createGrants({ ...config, allowHosts, allowDirectories, allowNamespaces, secret });
}

/** An adapter as a worker makes it: with what it declares of the grants. */
export function connected<Plan, Port>(adapter: Adapter<Plan, Port>, plan: Plan, grants: Grants): Port {
  return connect(adapter, plan, grants, 'of a test');
}

/** All that they ask for. */
export const everything: Grants = {
  secret: () => 'secret',
  checkSecret: () => undefined,
  secretUrl: () => 'http://127.0.0.1:1/',
  hiding: new Hiding(),
  checkUrl: () => undefined,
  checkCommandVariable: () => undefined,
  checkDirectory: () => undefined,
  checkSocket: () => undefined,
  checkImage: () => undefined,
  checkNamespace: () => undefined,
  command: (name) => ({ file: name, environment: {} }),
};
