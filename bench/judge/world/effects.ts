import type { Signal } from '../observed.ts';

/** What the release changes in the canary. */
export interface Effect {
  title: string;
  /** The error rate is multiplied by this. */
  errors: number;
  /** So is the 99th percentile of the latency, while the median stays. */
  p99: number;
  /** The gauge rises by so many standard deviations of one pod's values. */
  gauge: number;
  /** Where it shows. */
  signals: readonly Signal[];
  isHarm: boolean;
}

const none: Effect = {
  title: 'no change',
  errors: 1,
  p99: 1,
  gauge: 0,
  signals: ['errors', 'latency', 'gauge'],
  isHarm: false,
};
const errors = (times: number): Effect => ({
  ...none,
  title: `errors × ${times}`,
  errors: times,
  signals: ['errors'],
  isHarm: times > 1,
});
const p99 = (times: number): Effect => ({
  ...none,
  title: `p99 × ${times}`,
  p99: times,
  signals: ['latency'],
  isHarm: true,
});

/** `errors-1.5` lies at the margin of a pass (`passBelow` 1.5): whoever passes it passes wrongly. */
export const effects = {
  none,
  'errors-1.5': errors(1.5),
  'errors-2': errors(2),
  'errors-3': errors(3),
  'errors-10': errors(10),
  'p99-1.3': p99(1.3),
  'p99-2': p99(2),
  gauge: { ...none, title: 'gauge + 0.75 σ', gauge: 0.75, signals: ['gauge'], isHarm: true },
  improvement: errors(0.5),
} as const satisfies Record<string, Effect>;

export type EffectName = keyof typeof effects;

/** Whether a rule ought to find it. */
export function isHarm(effect: string): boolean {
  return effect in effects && effects[effect as EffectName].isHarm;
}

/** The error rate of a canary without errors in stable: an absolute one, since any multiple of 0 is 0. */
export const absoluteErrorRate = 0.01;

/** The canary's error rate under an effect, where stable's is `base`. */
export function harmedErrorRate(base: number, { errors: times }: Effect): number {
  return base === 0 && times > 1 ? absoluteErrorRate : base * times;
}
