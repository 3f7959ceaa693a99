export { rollout } from './rollout.ts';
export { validate } from './validate.ts';
