/** How the workflow writes its failures: the bundle is built with this module (`failureConverterPath`). */
import {
  DefaultFailureConverter,
  type FailureConverter,
  type Payload,
  type PayloadConverter,
  type ProtoFailure,
} from '@temporalio/common';
import { encodesFailures } from '../../src/domain/encoded-failures.ts';

const plain = new DefaultFailureConverter();
const encoded = new DefaultFailureConverter({ encodeCommonAttributes: true });

/**
 * Puts message and stack into a payload where the worker encrypts payloads. Whether it does is the same for every rollout
 * of a worker, and no replay depends on it.
 */
class WorkersFailureConverter implements FailureConverter {
  #hides = false;

  /** @param args what a workflow is started with, as the worker's codec has read it */
  begin(args: readonly Payload[]): void {
    this.#hides ||= args.some(({ metadata }) => metadata?.[encodesFailures] !== undefined);
  }

  errorToFailure(error: unknown, converter: PayloadConverter): ProtoFailure {
    return (this.#hides ? encoded : plain).errorToFailure(error, converter);
  }

  failureToError(failure: ProtoFailure, converter: PayloadConverter): Error {
    return plain.failureToError(failure, converter);
  }
}

export const failureConverter = new WorkersFailureConverter();
