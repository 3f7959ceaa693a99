import { expect, test } from 'vitest';
import { change, claimOf, claimText } from '../../../activities/kubernetes/claim.ts';
import { deployments, type Deployment } from '../../../activities/kubernetes/kinds.ts';
import { annotations } from '../../../activities/kubernetes/names.ts';
import { failureOf } from '../../support/failures.ts';
import { scriptedApi } from './scripted-api.ts';

const { signal } = new AbortController();
const effect = (number: number, epoch = 1000) => ({ fence: { epoch, number }, signal });

/** One Deployment, kept as an API server keeps it; `between` is called after each read. */
async function store(between: (stored: Deployment) => void = () => undefined) {
  const stored = {
    metadata: { name: 'checkout', uid: 'u', resourceVersion: '1' },
    spec: { replicas: 1, selector: {}, template: { spec: { containers: [] } } },
  } as unknown as Deployment;
  let writes = 0;
  const cluster = await scriptedApi(({ method }, response, body) => {
    if (method === 'PUT') {
      const sent = JSON.parse(body) as Deployment;
      if (sent.metadata.resourceVersion !== stored.metadata.resourceVersion) {
        response.writeHead(409).end('{"message":"the object has been modified"}');
        return;
      }
      Object.assign(stored, sent);
      touch(stored);
      writes += 1;
    }
    response.end(JSON.stringify(stored));
    if (method === 'GET') between(stored);
  });
  return { cluster, stored, writes: () => writes };
}

function touch({ metadata }: Deployment): void {
  metadata.resourceVersion = String(Number(metadata.resourceVersion) + 1);
}

test('claims and changes in one write, and nothing the second time', async () => {
  const { cluster, stored, writes } = await store();
  const larger = (object: Deployment): Deployment => ({ ...object, spec: { ...object.spec, replicas: 3 } });
  await change(cluster, deployments, 'checkout', effect(4), larger);
  await change(cluster, deployments, 'checkout', effect(4), larger);
  expect(stored.spec.replicas).toBe(3);
  expect(claimOf(stored)).toEqual({ epoch: 1000, number: 4 });
  expect(writes()).toBe(1);
});

test('goes on from what somebody else has written in between', async () => {
  let others = 0;
  const { cluster, stored } = await store((found) => {
    if (others < 3) {
      others += 1;
      found.spec.replicas += 10;
      touch(found);
    }
  });
  await change(cluster, deployments, 'checkout', effect(4), (object) => ({
    ...object,
    spec: { ...object.spec, replicas: object.spec.replicas + 1 },
  }));
  expect(stored.spec.replicas).toBe(32);
});

test.each([effect(3), effect(9, 999)])(
  'an older effect changes nothing, even one that had looked before',
  async (late) => {
    const { cluster, stored } = await store((found) => {
      found.metadata.annotations = { [annotations.claim]: claimText({ epoch: 1000, number: 4 }) };
      touch(found);
    });
    const failure = await failureOf(() => change(cluster, deployments, 'checkout', late));
    expect(failure).toMatchObject({ type: 'Overtaken', nonRetryable: true });
    expect(claimOf(stored)).toEqual({ epoch: 1000, number: 4 });
  },
);

test('gives up for now where somebody else changes it all the time', async () => {
  const { cluster } = await store(touch);
  expect(await failureOf(() => change(cluster, deployments, 'checkout', effect(4)))).toMatchObject({
    type: 'TargetUnavailable',
    nonRetryable: false,
  });
});

test.each(['', '1', 'x/1', '1/2/3', '1e3/4', '9999999999999999/1'])('%j is no claim', (text) => {
  expect(
    claimOf({
      metadata: { name: '', uid: '', resourceVersion: '', annotations: { [annotations.claim]: text } },
    }),
  ).toBeNull();
});
