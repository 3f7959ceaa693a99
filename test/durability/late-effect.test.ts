import { expect } from 'vitest';
import { canary, expectAll, test } from './lab.ts';

test(
  'attempts held up, overtaken and let go late are refused and change nothing',
  { timeout: 120_000 },
  async ({ lab }) => {
    const deploy = lab.proxy.hold(({ call }) => call === 'deploy');
    const split = lab.proxy.hold(({ call, weight }) => call === 'split' && weight === 20);
    await lab.start({
      steps: [
        { weight: 20, bake: '2s' },
        { weight: 50, bake: '5s' },
      ],
    });
    for (const attempt of [deploy, split]) {
      await attempt.here;
      await lab.killWorker();
      await lab.startWorker();
    }

    await lab.until(({ phase, weight }) => phase === 'baking' && weight === 50);
    expect(await split.letGo()).toBe(409);
    expect(await lab.split()).toEqual({ weight: 50, audience: null });

    expect(await lab.handle.result()).toMatchObject({ outcome: 'promoted', verified: true });
    expect(await deploy.letGo()).toBe(409);
    expect(await lab.effects()).toEqual([
      ...['deploy 20', 'split 20', 'deploy 50', 'split 50', 'promote', 'split 0', 'remove'],
    ]);
    await expectAll(canary, lab);
  },
);
