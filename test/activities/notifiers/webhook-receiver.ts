import { webhook } from '../../../activities/notifiers/webhook.ts';
import { startContractTarget } from '../../support/contract-target.ts';
import { connected, grantsOf } from '../../support/grants.ts';
import type { NotifierSubject } from './contract.ts';

export async function webhookReceiver(): Promise<NotifierSubject> {
  const receiver = await startContractTarget('none');
  receiver.answer((_, response) => response.writeHead(200).end('ok'));
  const headers = { authorization: { secret: 'HOOK_TOKEN' } };
  const plan = { type: 'webhook', url: `${receiver.url}?key=k1`, headers } as const;
  return {
    notifier: connected(
      webhook,
      plan,
      grantsOf(() => 'hush'),
    ),
    uses: webhook.uses(plan),
    seen: (notice) => notice,
    received: () => receiver.arrived.map(({ body }) => body),
    hang: receiver.hang,
    vanish: receiver.close,
    close: receiver.close,
  };
}
