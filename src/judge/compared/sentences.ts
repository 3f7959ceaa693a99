import { number, percent } from '../../text/number.ts';
import type { Margins } from '../sequential/ratio-test.ts';
import type { Comparison, Found, Risk } from './comparing.ts';

/**
 * `2.9 × stable's (at least 1.6 × with 99% confidence): 31 of 1,040 requests against 198 of 19,800`. Harm that began late
 * may not show in the whole: `1.02 × stable's over all, more than 1.25 × of late with 99% confidence: …`.
 */
export function failSentence(found: Found, { failAbove }: Margins, { alpha }: Risk): string {
  const { ratio, atLeast } = found.evidence;
  if (ratio !== null && ratio <= failAbove) {
    const late = `more than ${number(failAbove)} × of late with ${confidence(alpha)}`;
    return said(found, `${multiple(found)} over all, ${late}`);
  }
  const least = `at least ${number(atLeast ?? 0)} × with ${confidence(alpha)}`;
  return said(found, `${ratio === null ? "more than stable's" : multiple(found)} (${least})`);
}

/** `1.02 × stable's, shown to be below 1.5 × with 95% confidence: …`. */
export function passSentence(found: Found, { passBelow }: Margins, { beta }: Risk): string {
  return said(found, `${multiple(found)}, shown to be below ${number(passBelow)} × with ${confidence(beta)}`);
}

/** `1.3 × stable's so far (0.8 to 2.1 × with 99% confidence): …`. */
export function inconclusiveSentence(found: Found, { alpha }: Risk): string {
  const { atLeast, atMost } = found.evidence;
  const least = atLeast === null ? null : number(atLeast);
  const most = atMost === null ? null : number(atMost);
  if (least === null && most === null) return said(found, `${multiple(found)} so far`);
  const range =
    least === null ? `at most ${most ?? ''}` : most === null ? `at least ${least}` : `${least} to ${most}`;
  return said(found, `${multiple(found)} so far (${range} × with ${confidence(alpha)})`);
}

/** What a sentence about a comparison ends with where it is not judged as the spec says, or the promise does not cover it. */
export function caveat({ uncovered, failAbove, raisedFrom }: Comparison): string {
  const raised =
    raisedFrom === undefined
      ? ''
      : `; failAbove is ${number(failAbove)} instead of ${number(raisedFrom)}, because stable's copies stray`;
  if (uncovered === undefined) return raised;
  return `${raised}; alpha and beta do not cover this: traffic is split by user, but requests are counted`;
}

function multiple({ evidence: { ratio } }: Found): string {
  return ratio === null ? "no multiple of stable's" : `${number(ratio)} × stable's`;
}

function said({ of, figures }: Found, what: string): string {
  return of === '' ? `${what}: ${figures}` : `${of} are ${what}: ${figures}`;
}

function confidence(level: number): string {
  return `${percent(1 - level)} confidence`;
}
