/** How long to fuzz, and from where: read from the environment. */
export interface FuzzOptions {
  /** All inputs follow from it. */
  seed: number;
  /** The first batch; with the seed it names the inputs of one batch. */
  batch: number;
  /** It ends after the batch in which both are over. */
  seconds: number;
  inputs: number;
}

/** Throws a RangeError for what is not a whole number. */
export function readOptions(env: Readonly<Record<string, string | undefined>>): FuzzOptions {
  const whole = (name: string, otherwise: number): number => {
    const text = env[name];
    if (text === undefined || text === '') return otherwise;
    const number = Number(text);
    if (!Number.isSafeInteger(number) || number < 0)
      throw new RangeError(`${name}: found ${JSON.stringify(text)}, expected a whole number`);
    return number;
  };
  return {
    seed: whole('FUZZ_SEED', Date.now() % 1_000_000),
    batch: whole('FUZZ_BATCH', 1),
    seconds: whole('FUZZ_SECONDS', 120),
    inputs: whole('FUZZ_INPUTS', 0),
  };
}
