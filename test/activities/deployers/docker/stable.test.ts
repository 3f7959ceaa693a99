import { expect, test } from 'vitest';
import { isOfCompose } from '../../../../activities/deployers/docker/stable.ts';
import { container } from './containers.ts';

const built = {
  'com.docker.compose.project': 'shop',
  'com.docker.compose.service': 'web',
  'com.docker.compose.version': '2.40.3',
};

test.each<[string, Record<string, string> | null, boolean]>([
  ['that compose has started', { ...built, 'com.docker.compose.oneoff': 'False' }, true],
  ['that somebody has started from an image that compose has built', built, false],
  ['with other labels', { app: 'web' }, false],
  ['without any label', null, false],
])('a container %s is known for what it is', (_, Labels, expected) => {
  expect(isOfCompose(container({ Config: { Labels } }))).toBe(expected);
});
