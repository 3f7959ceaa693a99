import { describe, expect, test } from 'vitest';
import { createGrants } from '../../activities/grants.ts';
import { imageMatcher } from '../../activities/images.ts';
import { readConfig } from '../../src/config.ts';
import { failureOf } from '../support/failures.ts';

describe('an entry of the list allows', () => {
  test.each([
    ['shop/checkout', 'shop/checkout:2.4.0'],
    ['shop/checkout', 'docker.io/shop/checkout'],
    ['shop/checkout', 'index.docker.io/shop/checkout@sha256:0f0f'],
    ['nginx', 'docker.io/library/nginx:1.27'],
    ['docker.io/nginx', 'nginx'],
    ['shop/*', 'shop/checkout:$version'],
    ['shop/*', 'shop/$service:$version'],
    ['Registry.example.com/*', 'registry.example.com/shop/checkout:2'],
    ['localhost:5000/shop/*', 'localhost:5000/shop/checkout:2'],
    ['docker.io/library/*', 'nginx:$version'],
    ['*', 'sha256:0f0f'],
    ['*', '$version'],
  ])('%s: %s', (entry, image) => {
    expect(imageMatcher(entry)(image)).toBe(true);
  });
});

describe('an entry of the list does not allow', () => {
  test.each([
    ['shop/checkout', 'shop/checkout2:2.4.0'],
    ['shop/checkout', 'shop/checkout/evil:2.4.0'],
    ['shop/checkout', 'evil.example/shop/checkout:2.4.0'],
    ['shop/checkout', 'shop/$service:$version'],
    ['shop/checkout', 'shop/checkout-$version'],
    ['shop/*', 'shopping/checkout:2'],
    ['shop/*', 'shop:2'],
    ['registry.example.com/*', 'registry.example.com:5000/checkout:2'],
    ['registry.example.com/*', 'registry.example.com.evil.example/checkout:2'],
    ['docker.io/library/*', '4f0b1c2d3e4f'],
    ['docker.io/library/*', 'sha256:4f0b1c2d3e4f'],
    ['docker.io/library/*', '$version'],
    ['sha256', 'sha256:4f0b1c2d3e4f'],
  ])('%s: %s', (entry, image) => {
    expect(imageMatcher(entry)(image)).toBe(false);
  });
});

test('without a list any image may be used, and with one no other', async () => {
  expect(() => {
    createGrants(readConfig({})).checkImage('anything:1');
  }).not.toThrow();
  const grants = createGrants(readConfig({ COALMINE_ALLOW_IMAGES: 'shop/*, registry.example.com/checkout' }));
  expect(() => {
    grants.checkImage('registry.example.com/checkout:2.4.0');
  }).not.toThrow();
  const failure = await failureOf(() => {
    grants.checkImage('evil/miner:1');
  });
  expect(failure).toMatchObject({ type: 'NotAllowed', nonRetryable: true });
  expect(failure.message).toBe(
    'specs may not use the image evil/miner:1 on this worker, which allows shop/*, registry.example.com/checkout; its operator can add it to COALMINE_ALLOW_IMAGES',
  );
});
