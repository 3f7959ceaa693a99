import { expect } from 'vitest';
import { expectAll, service, stable, test } from './lab.ts';

test(
  'what is said while no worker runs is accepted, and handled once when one comes',
  { timeout: 120_000 },
  async ({ lab }) => {
    const accepted = { handled: null };
    const { rollouts, handle } = lab;
    await lab.start({
      steps: [
        { weight: 20, bake: '2s' },
        { approve: 'release to half', by: ['ana', 'ben'], need: 2 },
        { weight: 50, bake: '1h' },
      ],
    });
    await lab.until(({ phase }) => phase === 'waiting');
    await lab.killWorker();
    const approval = { id: 'approval-of-ana', by: 'ana' };
    expect(await rollouts.pause(service, { by: 'ana' })).toMatchObject(accepted);
    expect(await rollouts.approve(service, approval)).toMatchObject(accepted);
    expect(await rollouts.approve(service, approval)).toMatchObject(accepted);
    await handle.signal('approve', { by: 'ben' });
    await lab.startWorker();

    const { messages, gate } = await lab.until(({ messages }) => messages.length >= 3);
    expect(messages.map(({ verb, by, handled }) => [verb, by, handled])).toEqual([
      ['pause', 'ana', true],
      ['approve', 'ana', true],
      ['approve', 'ben', true],
    ]);
    // Approved, but paused: nothing is shifted.
    expect(gate?.approvals.map(({ by }) => by)).toEqual(['ana', 'ben']);
    expect(await lab.split()).toMatchObject({ weight: 20 });

    expect(await rollouts.resume(service)).toMatchObject({ handled: true });
    await lab.until(({ phase, weight }) => phase === 'baking' && weight === 50);
    await lab.killWorker();
    expect(await rollouts.abort(service, { by: 'ben' })).toMatchObject(accepted);
    await lab.startWorker();

    expect(await handle.result()).toMatchObject({
      outcome: 'aborted',
      cause: 'aborted by "ben" (claimed)',
      verified: true,
    });
    expect((await lab.until(({ phase }) => phase === 'ended')).messages.map(({ verb }) => verb)).toEqual([
      ...['pause', 'approve', 'approve', 'resume', 'abort'],
    ]);
    expect(await lab.effects()).toEqual([
      ...['deploy 20', 'split 20', 'deploy 50', 'split 50', 'split 0', 'remove'],
    ]);
    await expectAll(stable, lab);
  },
);
