/** One rollout for each way through the procedure. */
import type { Track } from '../../src/domain/rollout.ts';
import type { Reading } from '../../src/judge/samples.ts';
import type { RolloutSpec } from '../../src/spec/schema.ts';
import { signals } from '../../workflows/messages.ts';
import { scoring } from '../support/kayenta.ts';
import type { World } from '../support/world.ts';
import { crowd, flood, phase, reset, until, update, workflowTask, type Story } from './story.ts';

export const steps: RolloutSpec['steps'] = [
  { weight: 5, bake: '2s' },
  { weight: 50, bake: '2s' },
];

export const stories: Record<string, Story> = {
  promoted: { spec: { steps, load: { type: 'http', path: '/' } }, ends: 'promoted' },
  'rolled-back': {
    spec: { steps: [{ weight: 5, bake: '2s' }, { weight: 50, bake: '1s', onInconclusive: 'roll-back' }] },
    world: (world) => {
      world.measure = () => ({ status: world.split.weight < 50 ? 'ok' : 'bad' });
    },
    ends: 'rolled-back',
  },
  gated: {
    spec: { steps: [{ weight: 5, bake: '1s' }, { approve: 'go on', by: ['ann'] }, { weight: 100, bake: '1s' }] },
    act: async (handle) => {
      await phase(handle, 'waiting');
      await handle.signal(signals.approve, { by: 'eve' });
      await handle.signal(signals.approve, { by: 'ann' });
    },
    ends: 'promoted',
  },
  'gate-missed': {
    spec: { steps: [{ weight: 5, bake: '1s' }, { approve: 'go on', within: '2s' }], notify: [hook()] },
    ends: 'rolled-back',
  },
  'paused-and-aborted': {
    spec: { steps: [{ weight: 5, bake: '1h' }] },
    act: async (handle) => {
      await phase(handle, 'baking');
      await handle.signal(signals.pause, { by: 'ann' });
      await phase(handle, 'paused');
      await handle.signal(signals.resume);
      await handle.signal(signals.abort, { by: 'ann', reason: 'enough' });
    },
    ends: 'aborted',
  },
  cancelled: {
    spec: { steps: [{ weight: 5, bake: '1h' }] },
    act: async (handle) => {
      await until(handle, (status) => status.weight === 5);
      await handle.cancel();
    },
    ends: 'aborted',
  },
  'held-without-a-signal': {
    spec: { steps, onNoSignal: { hold: '3s' } },
    world: (world) => {
      world.measure = () => ({ missing: 'no answer' });
    },
    act: async (handle, world) => {
      await phase(handle, 'paused');
      world.measure = () => ({ status: 'ok' });
      await handle.signal(signals.resume);
    },
    ends: 'promoted',
  },
  stuck: {
    spec: { steps: [{ weight: 5, bake: '1h' }] },
    act: async (handle, world) => {
      await until(handle, (status) => status.weight === 5);
      world.failAlways('split', 'refused');
      await handle.signal(signals.abort);
      await phase(handle, 'stuck');
      world.failAlways('split', 'none');
      await handle.signal(signals.resume);
    },
    ends: 'aborted',
  },
  halted: {
    spec: { steps: [{ weight: 50, bake: '2s' }] },
    world: (world) => {
      world.failAlways('promote', 'refused');
    },
    act: async (handle, world) => {
      await until(handle, (status) => status.weight === 50);
      world.atPromotion = () => (world.stable = ['v1', 'v2']);
      await phase(handle, 'halted');
      world.failAlways('promote', 'none');
      await handle.signal(signals.promote);
    },
    ends: 'promoted',
  },
  'first-release': {
    spec: { first: true },
    world: (world) => {
      world.stable = [];
    },
    ends: 'promoted',
  },
  'one-url': {
    spec: { target: { type: 'http', deploy: 'http://127.0.0.1:1/app' }, stable: 'v1', steps: [{ bake: '2s' }] },
    world: (world) => {
      world.can = { check: false, promote: false, remove: false, split: false, read: false, fence: false };
      world.measure = () => ({ status: 'warming' });
    },
    ends: 'rolled-back',
  },
  refused: { spec: { every: 'often' }, ends: 'SpecRefused' },
  'compared-promoted': {
    spec: { metrics: [errors()], steps },
    world: (world) => {
      world.measure = (_, track) => errorsOf(track, world, 1);
    },
    ends: 'promoted',
  },
  'compared-rolled-back': {
    spec: { metrics: [errors()], steps },
    world: (world) => {
      world.measure = (_, track) => errorsOf(track, world, 3);
    },
    ends: 'rolled-back',
  },
  calibrated: {
    spec: {
      metrics: [
        {
          name: 'errors',
          kind: 'rate',
          source: { type: 'prometheus', url: 'http://127.0.0.1:1', preset: 'http-server', match: 'track="$track"' },
        },
      ],
      steps,
    },
    world: (world) => {
      world.measure = (_, track) => errorsOf(track, world, 1);
      const minutes = Array.from({ length: 240 }, (_, at) => ({ events: 5 + (at % 3), total: 600 }));
      world.remember = () => Promise.resolve({ kind: 'rate', copies: [minutes, minutes.toReversed()] });
    },
    ends: 'promoted',
  },
  'limit-calibrated': {
    spec: {
      metrics: [
        {
          name: 'errors',
          kind: 'rate',
          source: { type: 'prometheus', url: 'http://127.0.0.1:1', preset: 'http-server', match: 'track="$track"' },
          max: '5%',
        },
      ],
      steps,
    },
    world: (world) => {
      world.measure = (_, track) => errorsOf(track, world, 1);
      const minutes = Array.from({ length: 240 }, (_, at) => ({ events: at % 4 === 0 ? 8 : 0, total: 600 }));
      world.remember = () => Promise.resolve({ kind: 'rate', copies: [minutes] });
    },
    ends: 'promoted',
  },
  'fresh-baseline': {
    spec: { baseline: 'fresh', metrics: [errors()], steps },
    world: (world) => {
      world.measure = (_, track) => errorsOf(track, world, 1);
    },
    ends: 'promoted',
  },
  'load-not-counted': {
    spec: {
      load: { type: 'http', path: '/', rate: '100/s', duration: '1s', bake: 'http://127.0.0.1:1/' },
      metrics: [errors()],
      steps: [{ weight: 50, bake: '4s' }],
      onNoSignal: { hold: '2s' },
    },
    world: (world) => {
      world.report = { requests: 1000, errors: 0 };
      world.measure = () => ({ events: 0, total: 20 });
    },
    act: async (handle) => {
      await phase(handle, 'paused');
      await handle.signal(signals.abort);
    },
    ends: 'aborted',
  },
  'crowded-at-a-gate': {
    spec: { steps: [{ approve: 'go on' }] },
    act: async (handle) => {
      await phase(handle, 'waiting');
      await crowd(handle);
      await handle.signal(signals.approve, { by: 'ann' });
    },
    runs: 2,
    ends: 'promoted',
  },
  'crowded-while-restoring': {
    spec: { steps: [{ weight: 5, bake: '1h' }] },
    act: async (handle, world) => {
      await until(handle, (status) => status.weight === 5);
      world.failAlways('split', 'hang');
      await handle.signal(signals.abort);
      await phase(handle, 'restoring');
      await flood(handle, 1_020);
      world.failAlways('split', 'none');
    },
    runs: 2,
    ends: 'aborted',
  },
  'stuck-in-a-new-run': {
    spec: { steps: [{ weight: 5, bake: '1h' }] },
    act: async (handle, world) => {
      await until(handle, (status) => status.weight === 5);
      world.failAlways('split', 'refused');
      await handle.signal(signals.abort, { id: 'once' });
      await phase(handle, 'stuck');
      await crowd(handle);
      world.failAlways('split', 'none');
      await handle.signal(signals.resume, { id: 'once' });
    },
    ends: 'aborted',
    runs: 2,
  },
  rejected: {
    spec: { steps: [{ weight: 5, bake: '1s' }, { approve: 'go on' }] },
    act: async (handle) => {
      await phase(handle, 'waiting');
      await handle.signal(signals.reject, { by: 'ann' });
    },
    ends: 'aborted',
  },
  'promoted-by-updates': {
    spec: { steps: [{ approve: 'go on' }, { weight: 5, bake: '1h' }] },
    act: async (handle) => {
      await phase(handle, 'waiting');
      await update(handle, 'approve');
      await until(handle, (status) => status.weight === 5);
      await update(handle, 'pause');
      await update(handle, 'resume');
      await update(handle, 'promote');
    },
    ends: 'promoted',
  },
  audience: {
    spec: { steps: [{ audience: { header: { name: 'x-staff', value: '1' } }, bake: '1s' }, { weight: 50, bake: '1s' }] },
    ends: 'promoted',
  },
  'dead-stable': {
    spec: { despite: 'stable-is-dead', metrics: [errors('5%')], steps },
    world: (world) => {
      world.stableAlive = false;
      world.measure = (_, track) => (track === 'canary' ? { events: 1, total: 500 } : { missing: 'nothing answers' });
    },
    ends: 'promoted',
  },
  'abandoned-when-stuck': {
    spec: { steps: [{ weight: 5, bake: '1h' }], notify: [hook()] },
    act: async (handle, world) => {
      await until(handle, (status) => status.weight === 5);
      world.failAlways('split', 'refused');
      await handle.signal(signals.abort, { by: 'ann' });
      await phase(handle, 'stuck');
      await handle.signal(signals.abandon, { by: 'ann', reason: 'the gateway is gone' });
    },
    ends: 'Abandoned',
  },
  'abandoned-when-halted': {
    spec: { steps: [{ weight: 50, bake: '1s' }] },
    world: (world) => {
      world.failAlways('promote', 'refused');
      world.atPromotion = () => (world.stable = ['v1', 'v2']);
    },
    act: async (handle) => {
      await phase(handle, 'halted');
      await handle.signal(signals.abandon, { by: 'ann' });
    },
    ends: 'Abandoned',
  },
  'continued-in-a-bake': {
    spec: { metrics: [errors()], steps: [{ weight: 5, bake: '1h' }, { weight: 50, bake: '1s' }] },
    world: (world) => {
      world.measure = (_, track) => errorsOf(track, world, 1);
    },
    act: async (handle) => {
      await phase(handle, 'baking');
      await crowd(handle);
      await phase(handle, 'baking');
      await handle.signal(signals.promote, { by: 'ann' });
    },
    ends: 'promoted',
    runs: 2,
  },
  'continued-in-a-pause': {
    spec: { steps: [{ weight: 5, bake: '1h' }] },
    act: async (handle) => {
      await phase(handle, 'baking');
      await handle.signal(signals.pause, { by: 'ann' });
      await phase(handle, 'paused');
      await crowd(handle);
      await phase(handle, 'paused');
      await handle.signal(signals.abort, { by: 'ann' });
    },
    ends: 'aborted',
    runs: 2,
  },
  'continued-when-halted': {
    spec: { steps: [{ weight: 50, bake: '1s' }] },
    world: (world) => {
      world.failAlways('promote', 'refused');
      world.atPromotion = () => (world.stable = ['v1', 'v2']);
    },
    act: async (handle, world) => {
      await phase(handle, 'halted');
      await crowd(handle);
      await phase(handle, 'halted');
      world.failAlways('promote', 'none');
      await handle.signal(signals.promote, { by: 'ann' });
    },
    ends: 'promoted',
    runs: 2,
  },
  'stable-unread': {
    spec: { steps: [{ approve: 'go on' }], notify: [hook()] },
    act: async (handle, world) => {
      await phase(handle, 'waiting');
      world.failAlways('check', 'refused');
      await handle.signal(signals.approve, { by: 'ann' });
      await phase(handle, 'holding');
      world.atPromotion = () => {
        world.failAlways('check', 'none');
      };
      await handle.signal(signals.promote, { by: 'ann' });
    },
    ends: 'promoted',
  },
  'put-back-over-a-change': {
    spec: { steps: [{ weight: 5, bake: '1h' }] },
    world: (world) => {
      world.can.remove = false;
    },
    act: async (handle, world) => {
      await until(handle, (status) => status.weight === 5);
      world.stable = ['v1', 'v1.1'];
      await handle.signal(signals.abort);
      await until(handle, ({ doing }) => doing.includes('v1, v1.1'));
      world.stable = ['v1.1'];
    },
    ends: 'aborted',
  },
  reset: {
    spec: { steps: [{ weight: 5, bake: '1h' }] },
    act: async (handle, _, client) => {
      await until(handle, (status) => status.weight === 5);
      await reset(client, handle, await workflowTask(handle, 'first'));
      await until(handle, (status) => status.weight === 5);
      await reset(client, handle, await workflowTask(handle, 'first'));
      await until(handle, (status) => status.weight === 5);
      await handle.signal(signals.abort, { by: 'ann', id: 'first' });
    },
    ends: 'aborted',
  },
  'reset-without-fence': {
    spec: { steps: [{ weight: 5, bake: '1h' }] },
    world: (world) => {
      world.can.fence = false;
      world.times = { settle: 3_000, late: 1_000 };
    },
    act: async (handle, _, client) => {
      await until(handle, ({ phase, weight }) => phase === 'baking' && weight === 5);
      await reset(client, handle, await workflowTask(handle, 'last'));
      await until(handle, ({ doing }) => doing.startsWith('Waiting until'));
      await until(handle, ({ phase, weight }) => phase === 'baking' && weight === 5);
      await handle.signal(signals.abort, { by: 'ann' });
    },
    ends: 'aborted',
  },
  'reset-in-a-new-run': {
    spec: { steps: [{ weight: 5, bake: '1h' }] },
    act: async (handle, _, client) => {
      await until(handle, (status) => status.weight === 5);
      await crowd(handle);
      await phase(handle, 'baking');
      await reset(client, handle, await workflowTask(handle, 'first'));
      await phase(handle, 'baking');
      await handle.signal(signals.abort, { by: 'ann' });
    },
    ends: 'aborted',
    runs: 2,
  },
  'reset-after-promotion': {
    spec: { steps: [{ weight: 5, bake: '1s' }, { approve: 'go on' }] },
    act: async (handle, _, client) => {
      await phase(handle, 'waiting');
      const atTheGate = await workflowTask(handle, 'last');
      await handle.signal(signals.approve, { by: 'ann' });
      await handle.result();
      await reset(client, handle, atTheGate);
      await phase(handle, 'halted');
      await handle.signal(signals.promote, { by: 'ann' });
    },
    ends: 'promoted',
  },
  swapped: {
    spec: { promote: 'swap', keepStable: '3s', steps: [{ weight: 5, bake: '2s' }] },
    ends: 'promoted',
  },
  'swapped-and-aborted': {
    spec: { promote: 'swap', steps: [{ approve: 'switch' }] },
    act: async (handle) => {
      await phase(handle, 'waiting');
      await handle.signal(signals.approve, { by: 'ann' });
      await phase(handle, 'keeping');
      await handle.signal(signals.pause, { by: 'ann' });
      await phase(handle, 'paused');
      await handle.signal(signals.resume, { by: 'ann' });
      await handle.signal(signals.abort, { by: 'ann' });
    },
    ends: 'aborted',
  },
  'swapped-in-a-new-run': {
    spec: { promote: 'swap', keepStable: '1h', steps: [{ weight: 5, bake: '1s' }] },
    act: async (handle) => {
      await phase(handle, 'keeping');
      await crowd(handle);
      await phase(handle, 'keeping');
      await handle.signal(signals.promote, { by: 'ann' });
    },
    ends: 'promoted',
    runs: 2,
  },
  'swapped-and-reset': {
    spec: { promote: 'swap', keepStable: '1h', steps: [{ weight: 5, bake: '1s' }] },
    act: async (handle, world, client) => {
      await phase(handle, 'keeping');
      await reset(client, handle, await workflowTask(handle, 'last'));
      await until(handle, () => world.effects.filter((effect) => effect === 'split 100').length === 2);
      await phase(handle, 'keeping');
      await handle.signal(signals.promote, { by: 'ann' });
    },
    ends: 'promoted',
  },
  'replaced-behind': {
    spec: { steps },
    world: (world) => {
      world.replacesBehind = true;
    },
    ends: 'promoted',
  },
  'scored-rolled-back': {
    spec: {
      judge: { type: 'kayenta', step: '1s', config: scoring('errors') },
      metrics: [errors()], steps: [{ weight: 5, bake: '10s' }],
    },
    world: (world) => {
      world.measure = (_, track, { from }) => errorsOf(track, world, 3 + ((from / 1000) % 3));
    },
    ends: 'rolled-back',
  },
};

/** Compared with stable; beside that, or where stable is dead, at most `max`. */
function errors(max?: string): NonNullable<RolloutSpec['metrics']>[number] {
  const source = { type: 'http', url: 'http://127.0.0.1:1/$track', events: '$.e', total: '$.t' } as const;
  return { name: 'errors', kind: 'rate', source, ...(max !== undefined && { max }) };
}

/** One request in a hundred, of the canary's so many times as many. */
function errorsOf(track: Track, { split: { weight, baseline = 0 } }: World, times: number): Reading {
  const total = 1000 * { canary: weight, baseline, stable: 100 - weight }[track];
  return { events: (total / 100) * (track === 'canary' ? times : 1), total };
}

function hook(): NonNullable<RolloutSpec['notify']>[number] {
  return { type: 'webhook', url: 'http://127.0.0.1:1/' };
}
