import { ApplicationFailure } from '@temporalio/common';

/** The failure that a call ends with. */
export async function failureOf(call: () => unknown): Promise<ApplicationFailure> {
  try {
    await call();
  } catch (error) {
    if (error instanceof ApplicationFailure) return error;
    throw error;
  }
  throw new Error('expected a failure, but the call went well');
}
