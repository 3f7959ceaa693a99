import {
  DefaultFailureConverter,
  defaultPayloadConverter,
  ensureTemporalFailure,
  CancelledFailure,
} from '@temporalio/common';
import { CompleteAsyncError } from '@temporalio/activity';
import type { ActivityInterceptorsFactory } from '@temporalio/worker';

const converter = new DefaultFailureConverter({ encodeCommonAttributes: true });

/**
 * Puts the message and the stack of what an activity throws into a payload, for the codec to encrypt. The SDK takes a
 * failure converter by a path only, which must be CommonJS on Node before 20.19.
 */
export function encodedFailures(): ActivityInterceptorsFactory {
  return () => ({
    inbound: {
      async execute(input, next) {
        try {
          return await next(input);
        } catch (error) {
          if (error instanceof CompleteAsyncError || error instanceof CancelledFailure) throw error;
          const failure = ensureTemporalFailure(error);
          failure.failure = converter.errorToFailure(failure, defaultPayloadConverter);
          throw failure;
        }
      },
    },
  });
}
