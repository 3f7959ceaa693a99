import pc from 'picocolors';
import { endingText, type Ending } from '../../src/client.ts';
import type { Phase } from '../../src/domain/rollout.ts';
import { count, percent } from '../../src/text/number.ts';
import type { RolloutStatus } from '../../src/domain/status.ts';
import type { Page } from './page.ts';
import type { Stage } from './stage.ts';
import { between, watchExposure, type Exposure, type Stretch } from './users.ts';

/** One rollout as it went. */
export interface FollowedRollout {
  version: string;
  ending: Ending;
  /** What users saw at each weight. */
  steps: { weight: number; seen: Stretch }[];
  exposure: Exposure;
  /** From the start to the end. */
  seconds: number;
}

/** Releases a version of the bakery by the CLI, and shows how it goes until it has ended. */
export async function release(stage: Stage, version: string, page: Page): Promise<FollowedRollout> {
  const began = page.seconds;
  const exposure = watchExposure(stage.traffic, version);
  const { rollout, runId, webUi } = await stage.start(version);
  page.event('started', rollout, ...(webUi === null ? [] : [webUi]));
  const follower = new Follower(stage, page, version);
  for await (const sight of stage.rollouts.watch('bakery', runId)) {
    if (sight.kind === 'full') follower.look(sight.status);
    else page.event('no answer', sight.why);
    if (sight.kind !== 'unreachable' && sight.ending !== null) {
      const { ending } = sight;
      page.event('ended', endText(ending));
      return { version, ending, steps: follower.steps, exposure: exposure(), seconds: page.seconds - began };
    }
  }
  throw new Error(`The watch over ${rollout} stopped before it had ended`);
}

function endText(ending: Ending): string {
  if (ending.how !== 'completed') return pc.red(endingText(ending));
  const { outcome, verified, version, stable } = ending.result;
  const promoted = outcome === 'promoted';
  const serves = promoted ? version : (stable ?? 'nothing');
  const state = verified ? `${serves} serves everyone, read back from the platform` : 'not read back';
  return `${promoted ? pc.green(outcome) : pc.red(outcome)}: ${state}`;
}

/** In these a step is in force, and the split with it. */
const inForce: readonly Phase[] = ['baking', 'holding', 'paused'];

/** Turns what the rollout says of itself, and what users saw meanwhile, into lines. */
class Follower {
  readonly steps: FollowedRollout['steps'] = [];
  readonly #stage: Stage;
  readonly #page: Page;
  readonly #version: string;
  #said = '';
  #step: { at: number; weight: number; from: ReturnType<Stage['traffic']['seen']>; seen: Stretch } | null =
    null;

  constructor(stage: Stage, page: Page, version: string) {
    this.#stage = stage;
    this.#page = page;
    this.#version = version;
  }

  look(status: RolloutStatus): void {
    const { bake, phase, steps, weight } = status;
    const now = this.#stage.traffic.seen();
    const stepping = bake !== null && inForce.includes(phase);
    if (this.#step !== null && !(stepping && this.#step.at === steps.at)) this.#finish(status);
    if (stepping) {
      this.#step ??= { at: steps.at, weight, from: now, seen: between(now, now, this.#version) };
      this.#step.seen = between(this.#step.from, now, this.#version);
      this.#page.live(`${weight}%`, stretchText(this.#step.seen));
    } else this.#say(status);
  }

  #finish({ steps }: RolloutStatus): void {
    if (this.#step === null) return;
    const { at, weight, seen } = this.#step;
    const record = steps.done.find(({ step }) => step === at + 1);
    const isShown =
      record?.because.includes('not yet shown') === false &&
      (record.evidence?.every(({ kind }) => kind === 'pass') ?? true);
    this.#page.event(
      `${weight}%`,
      stretchText(seen),
      ...(record === undefined ? [] : [pc.green(`${isShown ? 'pass' : 'went on'}: ${record.because}`)]),
    );
    this.steps.push({ weight, seen });
    this.#step = null;
  }

  /** What goes on between the steps; the canary's growth from step to step goes without saying. */
  #say({ phase, doing, steps }: RolloutStatus): void {
    if (phase === 'preflight' || phase === 'baking' || phase === 'ended') return;
    if ((phase === 'deploying' && steps.at > 0) || doing === this.#said) return;
    this.#said = doing;
    this.#page.event(phase, phase === 'restoring' ? pc.red(doing) : doing);
  }
}

function stretchText({ requests, errors, canary }: Stretch): string {
  if (requests === 0) return 'users: over before they were counted';
  return `users: ${count(requests, 'request')}, ${percent(canary)} to the canary, ${count(errors, 'error')}`;
}
