/**
 * Writes a public trace in the form of README.md: `npx tsx bench/traces/convert.ts FORMAT < FILE > TRACE.csv`.
 */
import { createInterface } from 'node:readline';
import { formats } from './formats.ts';

const [name = ''] = process.argv.slice(2);
const format = Object.hasOwn(formats, name) ? formats[name as keyof typeof formats] : undefined;
if (format === undefined) {
  console.error(
    `usage: convert.ts FORMAT < FILE > TRACE.csv\nFORMAT is one of ${Object.keys(formats).join(', ')}`,
  );
  process.exitCode = 2;
} else {
  const row = format.rows();
  process.stdout.write(`${format.columns.join(',')}\n`);
  for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
    for (const cells of row(line))
      if (!process.stdout.write(`${cells.join(',')}\n`))
        await new Promise((resolve) => process.stdout.once('drain', resolve));
  }
}
