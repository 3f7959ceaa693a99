import type { Config } from '../config.ts';
import { ok, problem, warning, type Finding } from './finding.ts';

/** What a worker started in this environment would let specs use. */
export function lookAtGrants({
  allowHosts,
  allowSecrets,
  secret,
}: Pick<Config, 'allowHosts' | 'allowSecrets' | 'secret'>): Finding[] {
  const hosts =
    allowHosts.length === 0
      ? warning(
          'grants',
          'a worker started in this environment lets specs use no host (coalmine dev: loopback)',
          "COALMINE_ALLOW_HOSTS='platform.internal:443,*.metrics.internal' coalmine worker",
        )
      : ok('grants', `a worker started in this environment lets specs use ${allowHosts.join(', ')}`);
  const empty = allowSecrets.filter((name) => !hasValue(secret, name));
  if (empty.length === 0) {
    if (allowSecrets.length === 0) return [hosts];
    return [hosts, ok('grants', `and the secrets ${allowSecrets.join(', ')}, which have values`)];
  }
  return [
    hosts,
    problem(
      'grants',
      `specs may use secrets that have no value here: ${empty.join(', ')}`,
      ...empty.map(set),
    ),
  ];
}

function hasValue(secret: Config['secret'], name: string): boolean {
  try {
    return secret(name) !== '';
  } catch {
    return false;
  }
}

function set(name: string): string {
  return `export ${name}=…, where the worker runs`;
}
