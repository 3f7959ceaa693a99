import { describe, expect, test } from 'vitest';
import { route } from '../../../examples/platform/route.ts';

const header = { name: 'X-Canary', value: '1' };
const cookie = { name: 'beta', value: 'yes' };
const query = { name: 'new cart', value: 'ü=1' };
const path = '/beta';

describe('a weight', () => {
  test.each([
    [0, 0, 'stable'],
    [5, 0.0499, 'canary'],
    [5, 0.05, 'stable'],
    [0.5, 0.004, 'canary'],
    [0.5, 0.006, 'stable'],
    [100, 0.9999, 'canary'],
  ])('of %s sends a chance of %s to %s', (weight, chance, track) => {
    expect(route({ url: '/', headers: {} }, { weight, audience: null }, chance)).toBe(track);
  });
});

describe('an audience', () => {
  test.each([
    ['has the header', { header }, '/', { 'x-canary': '1' }, 'canary'],
    ['has another value in it', { header }, '/', { 'x-canary': '10' }, 'stable'],
    ['lacks it', { header }, '/', {}, 'stable'],
    ['has the cookie among others', { cookie }, '/', { cookie: 'a=b; beta=yes;c=d' }, 'canary'],
    ['has a cookie that only ends alike', { cookie }, '/', { cookie: 'alphabeta=yes' }, 'stable'],
    ['has the parameter', { query }, '/x?a=1&new+cart=%C3%BC%3D1', {}, 'canary'],
    ['has another value of it', { query }, '/?new+cart=%C3%BC%3D10', {}, 'stable'],
    ['has no query', { query }, '/', {}, 'stable'],
    ['is for the path', { path }, '/beta', {}, 'canary'],
    ['is for a path below', { path }, '/beta/x?y=1', {}, 'canary'],
    ['is for the path with a query', { path }, '/beta?x=1', {}, 'canary'],
    ['is for a path that only begins alike', { path }, '/betamax', {}, 'stable'],
    ['has all of them', { header, cookie, path }, '/beta', { 'x-canary': '1', cookie: 'beta=yes' }, 'canary'],
    ['has all but one', { header, cookie, path }, '/beta', { 'x-canary': '1' }, 'stable'],
    ['meets an audience of nothing', {}, '/', {}, 'stable'],
  ])('is told from the rest: a request that %s', (_what, audience, url, headers, track) => {
    expect(route({ url, headers }, { weight: 0, audience }, 0)).toBe(track);
  });

  test('goes beside a weight', () => {
    const split = { weight: 10, audience: { header } };
    expect(route({ url: '/', headers: { 'x-canary': '1' } }, split, 0.9)).toBe('canary');
    expect(route({ url: '/', headers: {} }, split, 0.05)).toBe('canary');
    expect(route({ url: '/', headers: {} }, split, 0.9)).toBe('stable');
  });
});
