import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { randomOf } from '../../../src/domain/random.ts';

/** How long the synthetic trace is, in hours; a request every four seconds. */
export const shopHours = 6;
const requests = (shopHours * 3600) / 4;

/** A small shop: 60 users, four copies, three endpoints, 3% errors, and a gauge of each copy. */
export async function writeShop(directory: string): Promise<string> {
  const random = randomOf('shop');
  const pick = (from: number): number => Math.floor(random.uniform() * from);
  const rows = Array.from({ length: requests }, (_, at) => {
    const bad = random.uniform() < 0.03 ? 1 : 0;
    const milliseconds = Math.round(100 * Math.exp(0.5 * random.normal()));
    const value = (10 + random.normal()).toFixed(2);
    return [4 * at, `u${pick(60)}`, `c${pick(4)}`, ['/', '/cart', '/pay'][pick(3)], bad, milliseconds, value];
  });
  const text = [['time', 'user', 'copy', 'endpoint', 'bad', 'milliseconds', 'value'], ...rows].join('\n');
  const path = join(directory, 'shop.csv.gz');
  await writeFile(path, gzipSync(`${text}\n`));
  return path;
}
