import axios from 'axios';
import { expect, test } from 'vitest';
import { startPlatform } from '../../support/platform.ts';

test('the catalog is slow at the first request for a page, and then has it', async () => {
  const { front, stats } = await startPlatform({ stable: 'catalog-1', copies: 1 });
  const took = async (path: string): Promise<number> => {
    const began = performance.now();
    await axios.get(`${front}${path}`);
    return performance.now() - began;
  };
  expect(await took('/products/1')).toBeGreaterThanOrEqual(100);
  await expect.poll(async () => (await stats('stable')).slow).toBe(1);
  const again = [await took('/products/1'), await took('/products/1'), await took('/products/1')];
  expect(Math.min(...again)).toBeLessThan(100);
});
