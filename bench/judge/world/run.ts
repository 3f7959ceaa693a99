import { every, ticksPerMinute, type Arm, type History } from '../observed.ts';
import type { Simulated } from './simulated.ts';
import { randomOf } from '../../../src/domain/random.ts';
import { armOf, gaugeLevel, type Law } from './arm.ts';
import { effects, harmedErrorRate, type Effect, type EffectName } from './effects.ts';
import { lapsed, lapsesOf } from './lapses.ts';
import { meanWander, wanderOf } from './wander.ts';
import { worlds, type World, type WorldName } from './worlds.ts';

/** Pods of stable, each with 5% of the traffic. */
const stablePods = 19;
const placebos = 8;
const historyMinutes = 1440;
const incidentMinutes = 180;

/** Which run of the benchmark: the same key draws the same run. */
export interface RunKey {
  seed: number;
  world: WorldName;
  effect: EffectName;
  run: number;
}

/** Draws one run. @param hours how long it is */
export function drawRun({ seed, world: name, effect, run }: RunKey, hours: number): Simulated {
  const world: World = worlds[name];
  const key = `${seed}/${name}/${effect}/${run}`;
  const clock = randomOf(`${key}/clock`);
  const phase = clock.uniform();
  const [earliest, latest] = world.onset;
  const onset = Math.round((earliest + (latest - earliest) * clock.uniform()) * ticksPerMinute);
  const ticks = hours * 60 * ticksPerMinute;
  const incident = incidentOf(world, ticks, clock.uniform());
  const weight = new Float64Array(ticks).map((_, tick) => weightAt(world, tick));
  const lapses = lapsesOf(ticks, world.missing, world.resets, clock);
  const canaryShare = (tick: number): number => (weight[tick] ?? 0) * world.split;

  const arm = (of: string, share: (tick: number) => number, pods: number, change: Effect): Arm => {
    const noise = meanWander(world.wander, pods, hours * 60, randomOf(`${key}/${of}/wander`));
    const isHarmed = (tick: number): boolean => tick >= onset;
    const law: Law = {
      values: ticks,
      traffic: (tick) => world.rate * every * share(tick) * tide(world, tick / ticksPerMinute, phase),
      errorRate: (tick) => (isHarmed(tick) ? harmedErrorRate(world.errorRate, change) : world.errorRate),
      factor: (tick) => (noise[Math.floor(tick / ticksPerMinute)] ?? 1) * (incident[tick] ?? 1),
      p99: (tick) => (isHarmed(tick) ? change.p99 : 1),
      gauge: (tick) => (isHarmed(tick) ? change.gauge : 0) + rise(world, tick / ticksPerMinute, phase),
      gaugeValues: pods,
      gaugeHold: world.batch,
      batch: world.batch,
    };
    return lapsed(armOf(`${key}/${of}`, law), lapses);
  };

  let history: History | undefined;
  return {
    ticks,
    weight,
    scraped: new Uint8Array(ticks).map((_, tick) => (lapses[tick] === 'none' ? 1 : 0)),
    canary: arm('canary', canaryShare, 1, effects[effect]),
    stable: arm('stable', (tick) => 1 - canaryShare(tick), stablePods, effects.none),
    baseline: arm('baseline', (tick) => weight[tick] ?? 0, 1, effects.none),
    get history() {
      return (history ??= historyOf(world, `${key}/history`, phase));
    },
    truth: {
      world: name,
      effect,
      onset,
      incident,
      gauge: incident.map(
        (times, tick) => gaugeLevel + rise(world, tick / ticksPerMinute, phase) + times - 1,
      ),
    },
  };
}

function historyOf(world: World, key: string, phase: number): History {
  const share = 1 / (stablePods + 1);
  const arm = (of: string, pods: number): Arm => {
    const random = randomOf(`${key}/${of}/wander`);
    const noise =
      pods === 1
        ? wanderOf(world.wander, historyMinutes, random)
        : meanWander(world.wander, pods, historyMinutes, random);
    return armOf(`${key}/${of}`, {
      values: historyMinutes,
      traffic: (minute) => world.rate * 60 * share * pods * tide(world, minute, phase),
      errorRate: () => world.errorRate,
      factor: (minute) => noise[minute] ?? 1,
      p99: () => 1,
      gauge: (minute) => rise(world, minute, phase),
      // A minute's value is the mean of its ticks', of which only every `batch`th is a new one.
      gaugeValues: pods * (ticksPerMinute / world.batch),
      gaugeHold: 1,
      batch: world.batch,
    });
  };
  const pods = Array.from({ length: placebos }, (_, pod) => arm(`pod-${pod}`, 1));
  let copies: Arm[] | undefined;
  return {
    minutes: historyMinutes,
    pods,
    others: arm('others', stablePods + 1 - placebos),
    get copies() {
      const more = { length: stablePods + 1 - placebos };
      return (copies ??= [...pods, ...Array.from(more, (_, pod) => arm(`pod-${placebos + pod}`, 1))]);
    },
  };
}

/** The traffic over its mean. */
function tide({ swing }: World, minute: number, phase: number): number {
  return 1 + swing * Math.sin(2 * Math.PI * (minute / 1440 + phase));
}

/** The gauge of every pod goes with the traffic: up and down by two standard deviations at most. */
function rise(world: World, minute: number, phase: number): number {
  return 2 * (tide(world, minute, phase) - 1);
}

function incidentOf({ incident }: World, ticks: number, at: number): Float64Array {
  const length = incidentMinutes * ticksPerMinute;
  const from = Math.floor(at * Math.max(0, ticks - length));
  return new Float64Array(ticks).map((_, tick) => (tick >= from && tick < from + length ? incident : 1));
}

function weightAt({ weights }: World, tick: number): number {
  return weights.findLast(({ from }) => tick >= from * ticksPerMinute)?.weight ?? 0;
}
