/** The weights of a rule's Services: stable's part is shared with the canary and the baseline, all others keep theirs. */
import type { Split } from '../../../src/domain/rollout.ts';
import { refused } from '../../failures.ts';
import { most, type BackendRef, type Rule } from './route.ts';

/** The names of the Services of a release, which lie in one namespace. */
export interface Services {
  namespace: string;
  stable: string;
  canary: string;
  baseline: string;
}

/** Parts of stable's share, at most: a hundredth of a per cent each. */
const finest = 10_000;

/** Whether traffic that is sent there is sent to this Service. */
export function isService(
  { group = '', kind = 'Service', name, namespace }: BackendRef,
  service: string,
  of: Services,
  route: string,
): boolean {
  return group === '' && kind === 'Service' && name === service && (namespace ?? route) === of.namespace;
}

/** What a rule sends to stable, in its own weights; 0: nothing. */
export function weightOfStable({ backendRefs = [] }: Rule, services: Services, route: string): number {
  return sum(backendRefs.filter((ref) => isService(ref, services.stable, services, route)).map(weightOf));
}

/** So many parts stable's share can be cut into in each of these rules. */
export function partsOf(rules: readonly Rule[]): number {
  const heaviest = Math.max(1, ...rules.flatMap((rule) => reduced(rule.backendRefs ?? []).map(weightOf)));
  let parts = finest;
  while (heaviest * parts > most.weight && parts > 1) parts /= 10;
  return parts;
}

/**
 * The rule with the canary and the baseline beside stable.
 *
 * @param parts as {@link partsOf} says for all rules that are split
 * @throws a non-retryable failure if there are too many Services
 */
export function weighted(
  rule: Rule,
  { weight, baseline = 0 }: Split,
  services: Services,
  route: string,
  parts: number,
): Rule {
  const ofCanary = Math.round((weight / 100) * parts);
  const ofBaseline = Math.round((baseline / 100) * parts);
  const backendRefs = reduced(rule.backendRefs ?? []).flatMap((ref) => {
    const own = weightOf(ref);
    if (own === 0 || !isService(ref, services.stable, services, route))
      return [{ ...ref, weight: own * parts }];
    const shared = [
      { name: services.stable, of: parts - ofCanary - ofBaseline },
      { name: services.canary, of: ofCanary },
      { name: services.baseline, of: ofBaseline },
    ];
    return shared
      .filter(({ name, of }) => name === services.stable || of > 0)
      .map(({ name, of }) => ({ ...ref, name, weight: own * of }));
  });
  if (backendRefs.length > most.backendRefs)
    throw refused(
      `a rule of the route sends to ${String(rule.backendRefs?.length)} Services, and ${String(most.backendRefs)} are the most, with the canary's; make it two rules`,
    );
  return { ...rule, backendRefs };
}

/** The rule with the canary in stable's place. */
export function forAudience(rule: Rule, services: Services, route: string): Rule {
  const { backendRefs = [] } = rule;
  return {
    ...rule,
    backendRefs: backendRefs.map((ref) =>
      isService(ref, services.stable, services, route) ? { ...ref, name: services.canary } : ref,
    ),
  };
}

export function weightOf({ weight = 1 }: BackendRef): number {
  return weight;
}

/** The same shares in the smallest whole numbers. */
function reduced(refs: readonly BackendRef[]): BackendRef[] {
  const common = refs.map(weightOf).reduce(greatestCommonDivisor, 0);
  return refs.map((ref) => ({ ...ref, weight: common === 0 ? 0 : weightOf(ref) / common }));
}

function greatestCommonDivisor(one: number, other: number): number {
  return other === 0 ? one : greatestCommonDivisor(other, one % other);
}

export function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
