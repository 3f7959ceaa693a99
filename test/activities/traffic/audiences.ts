import type { Audience } from '../../../src/domain/rollout.ts';
import type { Asked } from '../../support/asking.ts';

export const header = (value: string, name = 'x-group'): Asked => ({ headers: { [name]: value } });
export const cookie = (value: string): Asked => ({ headers: { cookie: value } });

/** An audience, with requests of it and of others. */
export interface AudienceCase {
  audience: Audience;
  belongs: Asked[];
  others: Asked[];
}

/** What every splitter keeps apart. */
export const audiences: AudienceCase[] = [
  {
    audience: { header: { name: 'X-Group', value: 'beta' } },
    belongs: [header('beta'), header('beta', 'X-GROUP')],
    others: [header('beta2'), header('Beta'), header('a beta'), header('beta', 'x-groups'), {}],
  },
  {
    audience: { cookie: { name: 'session', value: '1' } },
    belongs: [
      cookie('session=1'),
      cookie('a=2; session=1; b=3'),
      cookie('a=2;session=1'),
      cookie('session=1;'),
    ],
    others: [
      cookie('mysession=1'),
      cookie('session=10'),
      cookie('a=session=1'),
      cookie('session=1x; a=b'),
      cookie('SESSION=1'),
      { headers: { 'x-cookie': 'session=1' } },
      {},
    ],
  },
  {
    audience: { path: '/beta' },
    belongs: [{ path: '/beta' }, { path: '/beta/' }, { path: '/beta/x?y=1' }, { path: '/beta?x=1' }],
    others: [{ path: '/betamax' }, { path: '/Beta' }, { path: '/x/beta' }, { path: '/' }],
  },
  {
    audience: { query: { name: 'preview', value: 'new cart' } },
    belongs: [{ path: '/?preview=new%20cart' }, { path: '/x?a=1&preview=new+cart' }],
    others: [
      { path: '/?preview=new' },
      { path: '/?preview=new%20carts' },
      { path: '/?xpreview=new%20cart' },
      {},
    ],
  },
];
