import type { LoadPlan } from '../../src/spec/schema.ts';
import type { Load, Registry } from '../ports.ts';
import { commandLoad } from './command.ts';
import { httpLoad } from './http.ts';

/** Every kind of load. */
export const load: Registry<LoadPlan, Load> = { http: httpLoad, command: commandLoad };
