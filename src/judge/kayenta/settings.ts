import type { EffectMeasure } from './effect.ts';
import { KayentaThrows } from './errors.ts';

/** How one metric is judged: `analysisConfigurations.canary` with every default filled in. */
export interface MetricSettings {
  /** Which change is harm. */
  direction: 'increase' | 'decrease' | 'either';
  /** What is done with a point that is no number: left out, or taken as 0. */
  nanStrategy: 'remove' | 'replace';
  outliers: 'keep' | 'remove';
  /** Times the distance of the quartiles; above 0. */
  outlierFactor: number;
  /** A High or Low beyond the critical effect makes the whole score 0. */
  critical: boolean;
  /** No data counts against the score; of no use for a critical metric. */
  mustHaveData: boolean;
  /** Judged and reported, never scored. */
  muted: boolean;
  measure: EffectMeasure;
  /** High only from here on. */
  allowedIncrease: number;
  /** Low only down from here. */
  allowedDecrease: number;
  criticalIncrease: number;
  criticalDecrease: number;
}

/**
 * Reads `analysisConfigurations` of a metric as Kayenta does: a word that it does not know, or in capitals, is the
 * default; an unknown key is nothing.
 *
 * @throws {KayentaThrows} where a number or a boolean is of another type, text for example
 */
export function readSettings(analysisConfigurations: unknown): MetricSettings {
  const word = (path: string[]): string => textAt(analysisConfigurations, ['canary', ...path]);
  const flag = (key: string): boolean => flagAt(analysisConfigurations, ['canary', key]);
  const size = (key: string): number =>
    numberAt(analysisConfigurations, ['canary', 'effectSize', key], measure === 'cles' ? 0.5 : 1);
  const measure = word(['effectSize', 'measure']) === 'cles' ? 'cles' : 'meanRatio';
  return {
    direction: oneOf(['increase', 'decrease'], word(['direction']), 'either'),
    nanStrategy: oneOf(['replace'], word(['nanStrategy']), 'remove'),
    outliers: oneOf(['remove'], word(['outliers', 'strategy']), 'keep'),
    outlierFactor: numberAt(analysisConfigurations, ['canary', 'outliers', 'outlierFactor'], 3),
    critical: flag('critical'),
    mustHaveData: flag('mustHaveData'),
    muted: flag('muted'),
    measure,
    allowedIncrease: size('allowedIncrease'),
    allowedDecrease: size('allowedDecrease'),
    criticalIncrease: size('criticalIncrease'),
    criticalDecrease: size('criticalDecrease'),
  };
}

function oneOf<Known extends string, Otherwise extends string>(
  known: readonly Known[],
  word: string,
  otherwise: Otherwise,
): Known | Otherwise {
  return known.find((candidate) => candidate === word) ?? otherwise;
}

/** What stands at a path; undefined where there is none. A list on the way is a list of what its members have. */
function valueAt(value: unknown, path: readonly string[]): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  if (Array.isArray(value)) {
    const found = value.map((member) => valueAt(member, path)).filter((member) => member !== undefined);
    return found.length === 0 ? undefined : found;
  }
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
  return valueAt((value as Record<string, unknown>)[key], rest);
}

function textAt(value: unknown, path: readonly string[]): string {
  const found = valueAt(value, path);
  if (found === null) throw wrongType(path, found, 'text');
  return typeof found === 'string' ? found : '';
}

/** An explicit null is false, as Scala unboxes it. */
function flagAt(value: unknown, path: readonly string[]): boolean {
  const found = valueAt(value, path) ?? false;
  if (typeof found !== 'boolean') throw wrongType(path, found, 'true or false');
  return found;
}

/** An explicit null is 0, as Scala unboxes it. */
function numberAt(value: unknown, path: readonly string[], otherwise: number): number {
  const found = valueAt(value, path);
  if (found === undefined) return otherwise;
  if (found === null) return 0;
  if (typeof found !== 'number') throw wrongType(path, found, 'a number');
  return found;
}

function wrongType(path: readonly string[], found: unknown, expected: string): KayentaThrows {
  const where = ['analysisConfigurations', ...path].join('.');
  return new KayentaThrows(
    `${where}: found ${JSON.stringify(found)}, where Kayenta's judge wants ${expected} and throws`,
  );
}
