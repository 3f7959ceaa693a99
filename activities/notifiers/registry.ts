import type { NotifyPlan } from '../../src/spec/schema.ts';
import type { Notifier, Registry } from '../ports.ts';
import { webhook } from './webhook.ts';

/** Every kind of notifier. */
export const notifiers: Registry<NotifyPlan, Notifier> = { webhook };
