import { describe, expect, test } from 'vitest';
import { registryOf } from '../../../../activities/deployers/docker/image.ts';
import { imageName, versionIn } from '../../../../activities/image-template.ts';
import { failureOf } from '../../../support/failures.ts';
import { copyName, slug, standing } from '../../../../activities/deployers/docker/names.ts';
import { isOlder } from '../../../../src/domain/fence.ts';

describe('names of containers', () => {
  test.each([
    'checkout',
    'staging/checkout',
    'staging-checkout',
    'Staging/Checkout',
    'a_b/c.d',
    'x'.repeat(200),
    'team/' + 'y/'.repeat(40) + 'z',
  ])('%s gives a name that Docker and DNS take', (service) => {
    const name = copyName(service, 'baseline', 100);
    expect(name).toMatch(/^[a-z0-9][a-z0-9.-]*$/);
    for (const part of name.split('.')) expect(part.length).toBeLessThanOrEqual(63);
  });

  test('no two services have the same', () => {
    const services = ['a/b', 'a-b', 'A-B', 'a_b', 'a/b/', 'x'.repeat(50), 'x'.repeat(51)];
    expect(new Set(services.map(slug)).size).toBe(services.length);
  });

  test('which stable container one stands beside is in its name', () => {
    expect(standing('web-1')).toEqual({ name: 'web-1', role: 'stable' });
    expect(standing('web-1.coalmine-earlier')).toEqual({ name: 'web-1', role: 'earlier' });
    expect(standing('web-1.coalmine-next')).toEqual({ name: 'web-1', role: 'next' });
  });
});

describe('names of images', () => {
  const plan = { image: 'registry.example:5000/shop/$service:$version' };

  test('have version and service filled in, and are read back', () => {
    const name = imageName(plan, 'staging/checkout', '2.4.0');
    expect(name).toBe('registry.example:5000/shop/checkout:2.4.0');
    expect(versionIn(plan, 'staging/checkout', name)).toBe('2.4.0');
  });

  test.each([
    [plan.image, 'registry.example:5000/shop/cart:2.4.0'],
    [plan.image, 'registry.example:5000/shop/checkout'],
    [plan.image, 'sha256:0123'],
    ['shop/checkout:latest', 'shop/checkout:latest'],
  ])('by %s, %s has no version', (image, name) => {
    expect(versionIn({ image }, 'staging/checkout', name)).toBeNull();
  });

  test('a version in the middle, or twice, is found', () => {
    expect(versionIn({ image: 'shop/web:$version-slim' }, 'web', 'shop/web:2.4.0-slim')).toBe('2.4.0');
    expect(versionIn({ image: 'shop/web-$version:$version' }, 'web', 'shop/web-2.4:2.4')).toBe('2.4');
  });

  test.each(['1.0/evil', '2.4.0+b1', '..', '', '-1', '1@sha256:00', 'a b'])(
    'a version %o makes no name of something else',
    async (version) => {
      const failure = await failureOf(() => imageName({ image: 'checkout-$version' }, 'checkout', version));
      expect(failure).toMatchObject({ type: 'TargetRefused', nonRetryable: true });
      expect(failure.message).toContain('cannot stand in the name of an image (checkout-$version)');
    },
  );

  test.each([
    ['shop/checkout:$version', 'https://docker.io'],
    ['checkout', 'https://docker.io'],
    ['ghcr.io/shop/checkout:1', 'https://ghcr.io'],
    ['localhost/checkout:1', 'https://localhost'],
    ['127.0.0.1:5000/checkout@sha256:00', 'https://127.0.0.1:5000'],
  ])('%s is pulled from %s', (image, registry) => {
    expect(registryOf(image)).toBe(registry);
  });
});

test('an effect is older by its epoch, then by its number', () => {
  expect(isOlder({ epoch: 1, number: 9 }, { epoch: 2, number: 1 })).toBe(true);
  expect(isOlder({ epoch: 2, number: 1 }, { epoch: 2, number: 2 })).toBe(true);
  expect(isOlder({ epoch: 2, number: 2 }, { epoch: 2, number: 2 })).toBe(false);
});
