import type { notifiers } from '../../../activities/notifiers/registry.ts';
import { notifierContract, type NotifierSubject } from './contract.ts';
import { webhookReceiver } from './webhook-receiver.ts';

/** Every kind of notifier, each against a real receiver. */
const subjects: Record<keyof typeof notifiers, () => Promise<NotifierSubject>> = { webhook: webhookReceiver };

for (const [type, start] of Object.entries(subjects)) notifierContract(type, start);
