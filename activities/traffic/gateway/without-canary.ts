/** A route that someone else has changed while a split was in force, with the canary taken out of it and their change kept. */
import type { Dividing } from './split-rules.ts';
import type { BackendRef, Rule } from './route.ts';
import { isService, sum, weightOf } from './weights.ts';

/** @param isOurs whether a rule is one that answers for Coalmine */
export function withoutCanary(
  { namespace, rules, services }: Dividing,
  isOurs: (rule: Rule) => boolean,
): Rule[] {
  const isTrack = (ref: BackendRef): boolean =>
    [services.canary, services.baseline].some((name) => isService(ref, name, services, namespace));
  const isStable = (ref: BackendRef): boolean => isService(ref, services.stable, services, namespace);
  return rules
    .filter((rule) => !isOurs(rule))
    .flatMap((rule) => {
      const { backendRefs = [] } = rule;
      const ofTracks = backendRefs.filter(isTrack);
      if (ofTracks.length === 0) return [rule];
      const [stable] = backendRefs.filter(isStable);
      // A rule for an audience has no stable: without it, its requests come to the rule that it was made of.
      if (stable === undefined) return [];
      const given = sum(ofTracks.map(weightOf));
      return [
        {
          ...rule,
          backendRefs: backendRefs
            .filter((ref) => !isTrack(ref))
            .map((ref) => (ref === stable ? { ...ref, weight: weightOf(ref) + given } : ref)),
        },
      ];
    });
}

/** Whether the canary or the baseline may get anything by these rules. */
export function sendsToTracks({ namespace, rules, services }: Dividing): boolean {
  return rules.some(({ backendRefs = [] }) =>
    backendRefs.some((ref) =>
      [services.canary, services.baseline].some((name) => isService(ref, name, services, namespace)),
    ),
  );
}
