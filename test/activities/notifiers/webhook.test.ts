import { expect, test } from 'vitest';
import { webhook } from '../../../activities/notifiers/webhook.ts';
import type { Notifier } from '../../../activities/ports.ts';
import { connected, grantsOf } from '../../support/grants.ts';
import { startContractTarget } from '../../support/contract-target.ts';
import { failureOf } from '../../support/failures.ts';

const grants = grantsOf(() => 'hush');

async function start() {
  const receiver = await startContractTarget('none');
  receiver.answer((_, response) => response.writeHead(200).end('ok'));
  const headers = { authorization: { secret: 'HOOK_TOKEN' } };
  return {
    receiver,
    notifier: connected(webhook, { type: 'webhook', url: `${receiver.url}?key=k1`, headers }, grants),
  };
}

/** What becomes of a notice that is not taken. */
function failureToTell(notifier: Notifier) {
  const rollout = {
    rollout: 'rollout/a',
    service: 'a',
    version: '2',
    phase: 'ended',
    outcome: 'promoted',
  } as const;
  return failureOf(() =>
    notifier.notify(
      { event: 'ended', ...rollout, text: 'Promoted.', at: '2026-11-23T10:00:00.000Z' },
      { signal: new AbortController().signal },
    ),
  );
}

test('a URL that is a secret is used, checked and never shown', async () => {
  const receiver = await startContractTarget('none');
  const address = `${receiver.url.replace('127.0.0.1', 'localhost')}/services/T000/abcdefgh?key=k1`;
  const hook = (hosts: string[]) =>
    connected(
      webhook,
      { type: 'webhook', url: { secret: 'HOOK_URL' }, headers: {} },
      grantsOf(() => address, hosts),
    );
  const tell = (hosts: string[]) => failureToTell(hook(hosts));
  receiver.answer((request, response) => {
    response.writeHead(403).end(`no ${String(request.url)} of ${address} at localhost`);
  });
  const said = 'expected 2xx; it is not tried again';
  expect((await tell(['loopback'])).message).toContain(
    `notice ended: POST the URL in the secret HOOK_URL answered 403 (no *** of *** at ***), ${said}`,
  );
  expect(receiver.arrived).toHaveLength(1);
  const refusal = await tell(['other.example']);
  expect(refusal).toMatchObject({ type: 'NotAllowed' });
  expect(refusal.message).toMatch(/^specs may not use the host of the URL in the secret HOOK_URL/);
  await receiver.close();
  const gone = await tell(['loopback']);
  expect(gone.message).toMatch(/^notice ended: POST the URL in the secret HOOK_URL gave no whole answer/);
  expect(`${refusal.message} ${gone.message}`).not.toMatch(/services|k1|localhost/);
});

test('a webhook gets its secret header, and a refusal shows neither that nor the query', async () => {
  const { receiver, notifier } = await start();
  try {
    receiver.answer((request, response) => {
      response.writeHead(403).end(`no ${String(request.headers.authorization)}`);
    });
    const failure = await failureToTell(notifier);
    expect(receiver.arrived[0]?.headers.authorization).toBe('hush');
    expect(failure).toMatchObject({ type: 'TargetRefused', nonRetryable: true });
    expect(failure.message).toBe(
      `notice ended: POST ${receiver.url}?… answered 403 (no ***), expected 2xx; it is not tried again: ` +
        "correct the spec's headers or auth, or the secret's value at the worker",
    );
  } finally {
    await receiver.close();
  }
});
