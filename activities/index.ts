import type { Outside } from './adapters.ts';
import { calibrate } from './calibrate.ts';
import { collectMetrics } from './collect-metrics.ts';
import { completeSpec } from './complete-spec.ts';
import { effects } from './effects.ts';
import { generateLoad } from './generate-load.ts';
import { judge } from './judge.ts';
import { nameRun } from './name-run.ts';
import { notify } from './notify.ts';
import { preflight } from './preflight.ts';
import { readBack } from './read-back.ts';
import { survey } from './survey.ts';

/** Everything that a rollout does outside of its workflow. */
export function createActivities(outside: Outside) {
  return {
    completeSpec: completeSpec(outside),
    preflight: preflight(outside),
    readBack: readBack(outside),
    calibrate: calibrate(outside),
    ...effects(outside),
    generateLoad: generateLoad(outside),
    collectMetrics: collectMetrics(outside),
    judge,
    nameRun,
    notify: notify(outside),
    survey: survey(outside),
  };
}

export type Activities = ReturnType<typeof createActivities>;
