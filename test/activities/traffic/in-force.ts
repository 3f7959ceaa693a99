import type { Split } from '../../../src/domain/rollout.ts';
import type { Asked } from '../../support/asking.ts';

/**
 * The split that requests show: a thousand of anybody, and some of each audience of the contract suite.
 *
 * @param share how many of so many requests each track answers
 */
export async function inForceBy(
  share: (requests: number, asked?: Asked) => Promise<Record<string, number>>,
): Promise<Split> {
  const requests = 1000;
  const { canary = 0, baseline = 0 } = await share(requests);
  const ofHeader = await share(20, { headers: { 'x-canary': '1' } });
  const ofCookie = await share(20, { headers: { cookie: 'group=beta' }, path: '/cart' });
  const ofQuery = await share(20, { path: '/?beta=yes%20please' });
  const isAll = canary === requests;
  const audience =
    !isAll && ofHeader['canary'] === 20
      ? { header: { name: 'x-canary', value: '1' } }
      : !isAll && ofCookie['canary'] === 20
        ? { cookie: { name: 'group', value: 'beta' }, path: '/cart' }
        : !isAll && ofQuery['canary'] === 20
          ? { query: { name: 'beta', value: 'yes please' } }
          : null;
  const percent = (count: number): number => Math.round((count / requests) * 200) / 2;
  return { weight: percent(canary), audience, ...(baseline > 0 && { baseline: percent(baseline) }) };
}
