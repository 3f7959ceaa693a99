import { expect, test } from 'vitest';
import { faultOf } from '../../../activities/kubernetes/faults.ts';
import { isAnswer } from '../../../activities/failures.ts';

const words = {
  say: (found: string) => `update deployment shop/checkout: ${found}`,
  quote: (text: string) => text,
};

function status(message: string, more: object = {}): string {
  return JSON.stringify({ kind: 'Status', apiVersion: 'v1', status: 'Failure', message, ...more });
}

/** As API servers of 1.34 say it. */
const rights =
  'deployments.apps "checkout" is forbidden: User "system:serviceaccount:coalmine:worker" cannot update resource "deployments" in API group "apps" in the namespace "shop"';

test.each([
  [403, status(rights), 'the worker may not update deployments; add to a Role in shop: '],
  [403, status(rights), "{ apiGroups: ['apps'], resources: ['deployments'], verbs: ['update'] }"],
  [
    403,
    status(
      'deployments.apps "checkout-canary" is forbidden: exceeded quota: few, requested: count/deployments.apps=1',
    ),
    'the quota of the namespace is used up',
  ],
  [
    403,
    status(
      'services "x" is forbidden: unable to create new content in namespace shop because it is being terminated',
      {
        details: { causes: [{ reason: 'NamespaceTerminating' }] },
      },
    ),
    'the namespace is being deleted',
  ],
  [403, status('admission webhook "policy.example" denied the request: no'), 'an admission policy'],
  [
    422,
    status('ValidatingAdmissionPolicy "signed" denied request: images must be signed'),
    'images must be signed',
  ],
  [401, status('Unauthorized'), "it does not accept the worker's credentials"],
  [404, status('the server could not find the requested resource'), 'it is not there'],
  [400, 'not JSON', 'answered 400 (not JSON)'],
])('%s %s is fatal, and says what to do', (code, text, sentence) => {
  const failure = faultOf(code, text, words);
  expect(failure).toMatchObject({ type: 'TargetRefused', nonRetryable: true });
  expect(failure.message).toContain(`update deployment shop/checkout: answered ${String(code)}`);
  expect(failure.message).toContain(sentence);
});

test.each([
  [429, true],
  [409, true],
  [500, false],
  [503, false],
  [504, false],
])('%s is worth another try', (code, over) => {
  const failure = faultOf(code, status('later'), words);
  expect(failure).toMatchObject({ type: 'TargetUnavailable', nonRetryable: false });
  expect(isAnswer(failure)).toBe(over);
});
