import pc from 'picocolors';
import type { Brief } from '../../src/client.ts';
import type { MessageRecord } from '../../src/domain/status.ts';
import type { Verdict } from '../../src/judge/verdict.ts';
import type { RolloutResult } from '../../src/domain/rollout.ts';
import type { RolloutStatus } from '../../src/domain/status.ts';
import type { Canvas } from '../../src/cli/view/canvas.ts';

/** The moment at which the samples are looked at. */
const now = Date.parse('2026-03-02T12:30:00Z');

export const canvas: Canvas = { width: 100, colors: pc.createColors(false), now };

/** A rollout of two weights around a gate, in the middle of its first bake, with what a test wants otherwise. */
export function statusWith(other: Partial<RolloutStatus> = {}): RolloutStatus {
  return {
    rollout: 'rollout/checkout',
    service: 'checkout',
    version: '2.4.0',
    stable: '2.3.9',
    phase: 'baking',
    doing: 'Baking at 5%',
    outcome: null,
    cause: null,
    verified: null,
    weight: 5,
    audience: null,
    steps: { at: 0, labels: ['5%', 'gate: release to everyone', '50%'], done: [] },
    bake: { baked: 250_000, min: 300_000, max: 1_800_000, since: null },
    gate: null,
    paused: null,
    noSignal: { spent: 0, allowed: 1_800_000 },
    verdict: null,
    loadFault: null,
    missing: [],
    capabilities: null,
    messages: [],
    ...other,
  };
}

export const firstStepDone = {
  step: 1,
  label: '5%',
  ended: 'advanced',
  because: 'errors: 3 of 1200 (0.25%), at most 1%',
  at: '2026-03-02T12:20:00Z',
} as const;

export const gate = {
  step: 2,
  approve: 'release to everyone',
  need: 2,
  by: ['ana', 'ben'],
  approvals: [{ by: 'ana', at: '2026-03-02T12:25:00Z' }],
  deadline: '2026-03-02T14:30:00Z',
};

export const failing: Verdict = {
  kind: 'fail',
  because: 'errors: 120 of 1000 (12%), at most 1%',
  metrics: [
    { name: 'errors', gating: true, kind: 'fail', because: '120 of 1000 (12%), at most 1%' },
    { name: 'latency', gating: true, kind: 'pass', because: 'p99 80ms, at most 200ms' },
    {
      name: 'saturation',
      gating: false,
      kind: 'no-signal',
      because: 'http://127.0.0.1:9/metrics answered 503',
    },
  ],
};

export const said: MessageRecord = {
  verb: 'pause',
  by: 'ana',
  reason: 'lunch',
  handled: true,
  text: 'paused: judging goes on',
  at: '2026-03-02T12:20:00Z',
};

export const brief: Brief = {
  rollout: 'rollout/checkout',
  runId: '0000',
  service: 'checkout',
  version: '2.4.0',
  phase: 'baking',
  outcome: null,
  weight: 5,
  running: true,
  state: 'running',
  pausedInTemporal: null,
  started: '2026-03-02T12:00:00Z',
  ended: null,
};

export function resultWith(other: Partial<RolloutResult>): RolloutResult {
  return {
    outcome: 'promoted',
    cause: 'every step passed',
    verified: true,
    service: 'checkout',
    version: '2.4.0',
    stable: '2.3.9',
    steps: [],
    verdicts: [],
    ...other,
  };
}
