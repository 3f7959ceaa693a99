/** Of one effect: whether an attempt may have gone without an answer, so that what it asked for may still come late. */
import { activityInfo } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { isAnswer } from './failures.ts';

/** What an attempt tells the next one, as heartbeat details. */
interface Told {
  attempt: number;
  unanswered: boolean;
}

/** What a failed effect tells the workflow: the first of the failure's details. */
export interface EffectFault {
  unanswered: boolean;
}

/**
 * An attempt that was answered is over, whatever the answer. Where nothing says that one was (its worker died, its request
 * was cut off), it may still act.
 */
export class Answers {
  readonly #attempt: number;
  readonly #before: boolean;
  /** Until the answer is there: whoever reads it after this attempt's death has to believe the worst. */
  #unanswered = true;

  constructor() {
    const info = activityInfo();
    const { attempt } = info;
    const told = info.heartbeatDetails as Partial<Told> | undefined;
    this.#attempt = attempt;
    this.#before = attempt > 1 && !(told?.attempt === attempt - 1 && told.unanswered === false);
  }

  /** This attempt, or one before it, may have gone without an answer. */
  get unanswered(): boolean {
    return this.#unanswered;
  }

  /** To be beaten with for as long as the attempt lasts, and once more at its end. */
  get told(): Told {
    return { attempt: this.#attempt, unanswered: this.#unanswered };
  }

  /** Calls the target, and notes whether it answered. */
  async to(call: () => Promise<void>): Promise<void> {
    try {
      await call();
      this.over();
    } catch (reason) {
      if (isAnswer(reason)) this.over();
      throw reason;
    }
  }

  /** This attempt can do nothing more to the target. */
  over(): void {
    this.#unanswered = this.#before;
  }

  /** The same failure, which tells the workflow whether an attempt went without an answer. */
  fault(reason: unknown): unknown {
    if (!(reason instanceof ApplicationFailure)) return reason;
    const { message, type, nonRetryable, cause, stack } = reason;
    const details: [EffectFault] = [{ unanswered: this.#unanswered }];
    return Object.assign(
      ApplicationFailure.create({
        message,
        details,
        ...(typeof type === 'string' && { type }),
        nonRetryable: nonRetryable === true,
        ...(cause !== undefined && { cause }),
      }),
      { stack },
    );
  }
}
