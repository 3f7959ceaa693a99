import {
  kayentaGrowing,
  kayentaGrowingStable,
  kayentaOnce,
  kayentaSliding,
  kayentaSlidingStable,
} from './kayenta.ts';
import { oracleOfOne, oracleOfQuarter } from './oracle.ts';
import { oursBlind, oursDefault, oursFast } from './ours.ts';
import { peekedZ } from './peeked-z.ts';
import { prototypeDefault, prototypeFast } from './prototype.ts';
import type { Simulated } from '../world/simulated.ts';
import type { Rule, RuleOf } from './rule.ts';
import { argo1, flagger1, flagger2 } from './threshold.ts';

/** Every rule that is compared, in the order of the tables. To add one: its file, and one line here. */
export const rules: readonly Rule[] = [
  flagger1,
  flagger2,
  argo1,
  peekedZ,
  kayentaOnce,
  kayentaGrowing,
  kayentaSliding,
  kayentaGrowingStable,
  kayentaSlidingStable,
  prototypeFast,
  prototypeDefault,
  oursFast,
  oursDefault,
  oursBlind,
];

/** What knows the truth: printed apart, never ranked. */
export const oracles: readonly RuleOf<Simulated>[] = [oracleOfOne, oracleOfQuarter];
