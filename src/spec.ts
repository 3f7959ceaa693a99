/** The public module `coalmine/spec`: what a rollout is described with. Needs neither a server nor the network. */
export { completeSpec, parseSpec, SpecError } from './spec/parse.ts';
export type { SpecProblem } from './spec/problem.ts';
export type { Plan, RolloutSpec } from './spec/schema.ts';
