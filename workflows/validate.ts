import { ApplicationFailure } from '@temporalio/workflow';
import type { Surveyed } from '../activities/survey.ts';
import type { Plan, RolloutSpec } from '../src/spec/schema.ts';
import { checking, remembering } from './engine/activities.ts';
import { refusalOf } from './engine/failures.ts';
import { Undecodable } from './engine/undecodable.ts';

/**
 * What a spec would measure: a worker completes it as it would for a rollout, and runs each of its queries once.
 * Nothing is deployed and nothing is changed. Fails with `SpecRefused` where the worker would refuse the rollout.
 */
export async function validate(spec: RolloutSpec): Promise<{ plan: Plan; metrics: Surveyed[] }> {
  if (spec instanceof Undecodable)
    throw ApplicationFailure.nonRetryable(
      `the spec cannot be read: ${spec.why}; send it as JSON`,
      'SpecRefused',
    );
  let plan: Plan;
  try {
    plan = await checking('Check the spec and complete the plan').completeSpec(spec);
  } catch (reason) {
    throw ApplicationFailure.nonRetryable(refusalOf(reason), 'SpecRefused');
  }
  return { plan, metrics: await remembering('Run each query once').survey({ plan }) };
}
