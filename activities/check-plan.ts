import { ApplicationFailure } from '@temporalio/common';
import type { Plan } from '../src/spec/schema.ts';
import { usesOf, type Outside } from './adapters.ts';
import { notAllowed } from './failures.ts';
import type { Grants, Use } from './ports.ts';

/**
 * Holds everything that the adapters of a plan declare that they use against what the operator allows.
 *
 * @throws one non-retryable `NotAllowed` failure that lists all refusals with their paths in the spec
 */
export function checkPlan(plan: Plan, { adapters, grants }: Pick<Outside, 'adapters' | 'grants'>): void {
  const pathsByRefusal = new Map<string, Set<string>>();
  for (const use of usesOf(plan, adapters)) {
    try {
      check(use, grants);
    } catch (error) {
      if (!(error instanceof ApplicationFailure)) throw error;
      pathsByRefusal.set(error.message, (pathsByRefusal.get(error.message) ?? new Set()).add(use.at));
    }
  }
  if (pathsByRefusal.size === 0) return;
  const lines = [...pathsByRefusal].map(([refusal, paths]) => `${[...paths].join(', ')}: ${refusal}`);
  throw notAllowed(`The spec asks for what this worker does not allow:\n${lines.join('\n')}`);
}

function check(use: Use, grants: Grants): void {
  if ('secret' in use) grants.checkSecret(use.secret, use.goesTo);
  else if ('secretUrl' in use) grants.secretUrl(use.secretUrl);
  else if ('command' in use) grants.command(use.command);
  else if ('variable' in use) grants.checkCommandVariable(use.variable);
  else if ('directory' in use) grants.checkDirectory(use.directory);
  else if ('socket' in use) grants.checkSocket(use.socket);
  else if ('image' in use) grants.checkImage(use.image);
  else if ('context' in use) grants.checkNamespace(use.context, use.namespace);
  else if (use.url !== null) grants.checkUrl(use.url);
}
