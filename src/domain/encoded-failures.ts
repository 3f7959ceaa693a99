/**
 * In the metadata of what a workflow is started with, as its worker reads it: the worker encrypts payloads, so the text of
 * failures goes into one. Never on the wire.
 */
export const encodesFailures = 'coalmine-encodes-failures';
