import { bytesOf, sizeText } from '../text/bytes.ts';
import { mostSpecAndPlan } from '../domain/size.ts';
import { expectedText } from './expected.ts';
import { findings, type Finding } from './findings.ts';
import { specLimits } from './limits.ts';
import { unplainIn } from './plain.ts';
import { pathText, SpecError } from './problem.ts';
import { rolloutSchema, type Plan, type RolloutSpec } from './schema.ts';
import { readText, type SourceText } from './text.ts';

export { SpecError } from './problem.ts';

/** The largest spec in bytes: who reads files looks at their size first. */
export const maxSpecBytes = specLimits.bytes;

/** What is said of a file that is larger, without having read all of it. */
export function tooLarge(file: string, bytes?: number): SpecError {
  const size = bytes ?? `more than ${maxSpecBytes}`;
  return new SpecError(
    [{ path: '', found: `a file of ${size} bytes`, expected: `a spec of at most ${maxSpecBytes} bytes` }],
    file,
  );
}

/**
 * Checks and completes a spec as its author wrote it, in YAML or JSON.
 *
 * @param file what the text is called in messages
 * @param version takes the place of the version in the text, which may then leave it out
 * @returns the bare value, which is what a rollout is started with, and its plan
 * @throws {SpecError} that lists the problems with their lines and columns: first those of the text, then, once it is
 *   plain YAML, all those of the spec at once. Text of any content is parsed or refused within a second or two, and never
 *   ends the process that parses it
 */
export function parseSpec(
  text: string,
  file: string,
  { version }: { version?: string | undefined } = {},
): { spec: RolloutSpec; plan: Plan } {
  const bytes = Buffer.byteLength(text);
  if (bytes > maxSpecBytes) throw tooLarge(file, bytes);
  const { value, locate } = readText(text, file);
  if (version === undefined) return { spec: value as RolloutSpec, plan: planOf(value, { file, locate }) };
  const versioned = isMapping(value) ? { ...value, version } : value;
  const plan = planOf(versioned, {
    file,
    // What is wrong with the version is not wrong in the text.
    locate: (path, isKey) => (path[0] === 'version' ? {} : locate(path, isKey)),
  });
  return { spec: versioned as RolloutSpec, plan };
}

function isMapping(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Checks and completes a spec that came as a value, from any Temporal client.
 *
 * @throws {SpecError} that lists the problems with their paths, or the first thing that is not plain data or is too large
 */
export function completeSpec(value: unknown): Plan {
  return planOf(value);
}

/**
 * Holds a spec against the bounds of all specs before it is sent to a server. Whether it is right otherwise is not looked at.
 *
 * @throws {SpecError} as {@link completeSpec} does where it is not plain data or is too large
 */
export function checkSize(value: unknown): void {
  const unplain = unplainIn(value);
  if (unplain !== null) throw refusal([unplain], undefined);
  const { data } = rolloutSchema.safeParse(value);
  const large = tooLargeToCarry(value, data);
  if (large !== null) throw refusal([large], undefined);
}

interface Origin {
  file: string;
  /** Empty where the value does not come from the text. */
  locate: (...about: Parameters<SourceText['locate']>) => { line?: number; column?: number };
}

function planOf(value: unknown, origin?: Origin): Plan {
  const unplain = unplainIn(value);
  if (unplain !== null) throw refusal([unplain], origin);
  const { data, error } = rolloutSchema.safeParse(value, { error: expectedText });
  if (error === undefined) {
    const large = tooLargeToCarry(value, data);
    if (large === null) return data;
    throw refusal([large], origin);
  }
  throw refusal(findings(error.issues, value), origin);
}

/** A long rollout takes both along from run to run, beside its state, and Temporal takes 2 MiB. */
function tooLargeToCarry(spec: unknown, plan: Plan | undefined): Finding | null {
  const bytes = bytesOf(spec) + bytesOf(plan);
  if (bytes <= mostSpecAndPlan) return null;
  return {
    path: [],
    isKey: false,
    found: `a spec that takes ${sizeText(bytes)}${plan === undefined ? '' : ' together with its plan'}`,
    expected: `at most ${sizeText(mostSpecAndPlan)}: a shorter load.body, fewer metrics or shorter queries`,
  };
}

function refusal(found: readonly Finding[], origin: Origin | undefined): SpecError {
  const problems = found.map(({ path, isKey, found, expected }) => ({
    path: pathText(path),
    ...origin?.locate(path, isKey),
    found,
    expected,
  }));
  return new SpecError(problems, origin?.file);
}
