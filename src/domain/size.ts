/**
 * How large things may grow. Temporal takes 2 MiB for each payload (a workflow's input, an activity's input and result, a
 * query's answer), so everything that is kept from outside has a bound here, and a cut is visible.
 */

const kibibyte = 1024;

/** Ticks of one chapter. Their row is a result, an input of the judge and the details of each heartbeat. */
export const mostTicks = 512 * kibibyte;

/** What all sources together leave for their next check. */
export const mostCursors = 512 * kibibyte;

/** What a long rollout takes along into its next run. */
export const mostCarried = 1_900 * kibibyte;

/** Of it, spec and plan together: a rollout whose own take more is refused before it begins. */
export const mostSpecAndPlan = 512 * kibibyte;

/** Of it, what people said. */
export const mostMessages = 128 * kibibyte;

/** Of it, what they were answered, by the id of the message. */
export const mostReceipts = 128 * kibibyte;

/** Of it, what is still to be told. */
export const mostNotices = 64 * kibibyte;

/** The evidence of all finished steps: status and result have it. */
export const mostEvidence = 192 * kibibyte;

/** The most that is kept of what a message is answered. */
export const longestReceipt = 2_000;

/** Messages that are listed, and ids of messages that are recognized. */
export const mostRemembered = 200;
