import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Notice, Notifier, Use } from '../../../activities/ports.ts';
import { connecting, declaredHosts } from '../../support/connecting.ts';
import { failureOf } from '../../support/failures.ts';

/** A receiver with its adapter, as the suite needs it. */
export interface NotifierSubject {
  notifier: Notifier;
  uses: readonly Use[];
  /** What a notice is to the receiver. */
  seen: (notice: Notice) => unknown;
  /** What has come, oldest first, as far as the receiver can tell. */
  received: () => unknown[] | Promise<unknown[]>;
  /** From now on the receiver takes requests and answers none; resolves when one has come. */
  hang: () => Promise<void>;
  /** From now on the receiver cannot be reached. */
  vanish: () => Promise<void>;
  close: () => Promise<void>;
}

const notice: Notice = {
  event: 'gate-opened',
  rollout: 'rollout/staging/checkout',
  service: 'staging/checkout',
  version: '2.4.0',
  phase: 'waiting',
  outcome: null,
  text: 'Release to everyone? – answer “coalmine approve”\nor coalmine reject.',
  at: '2026-11-23T10:00:00.000Z',
};

/** What a Notifier guarantees, tried against a real receiver. */
export function notifierContract(name: string, start: () => Promise<NotifierSubject>): void {
  let subject: NotifierSubject;

  beforeEach(async () => {
    subject = await start();
  });
  afterEach(() => subject.close());

  const notify = (signal = new AbortController().signal) => subject.notifier.notify(notice, { signal });

  describe(`the notifier ${name}`, () => {
    test('delivers the whole notice', async () => {
      await notify();
      expect(await subject.received()).toEqual([subject.seen(notice)]);
    });

    test('connects to nothing that it does not declare', async () => {
      const connections = connecting();
      await notify();
      expect(declaredHosts(subject.uses)).toEqual(expect.arrayContaining(connections()));
    });

    test('ends when it is cancelled', async () => {
      const cancel = new AbortController();
      const hanging = subject.hang();
      const ended = expect(notify(cancel.signal)).rejects.toThrow('cancelled by the test');
      await hanging;
      cancel.abort(new Error('cancelled by the test'));
      await ended;
    });

    test('says that another try may help when the receiver cannot be reached', async () => {
      await subject.vanish();
      expect(await failureOf(notify)).toMatchObject({ type: 'TargetUnavailable', nonRetryable: false });
    });
  });
}
