/**
 * How long one task of a workflow may take, for every worker that is made, replaying ones included. It takes milliseconds, but
 * is measured by the clock on the wall, and a process may stand still. The SDK cuts a longer one off by a timeout of `node:vm`,
 * which corrupts Node's stack of async hooks where a promise goes on (in Node 20 to 26, `async hook stack has become
 * corrupted`): not the task ends then, but the process. The SDK has this option, and does not document it.
 */
export const taskLimit = { isolateExecutionTimeout: '5m' };
