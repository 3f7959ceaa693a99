/**
 * Runs vector files: reference values for the judges, which stay outside of this project.
 *
 * npm run vectors -- FILE…
 */
import { readFile } from 'node:fs/promises';
import { kayenta } from './kayenta.ts';
import { sequential } from './sequential.ts';
import type { Adapter, Vector } from './vector.ts';

const adapters: Partial<Record<string, Adapter>> = { ...kayenta, ...sequential };

const files = process.argv.slice(2);
if (files.length === 0) throw new Error('Give the vector files: npm run vectors -- FILE…');

let passed = 0;
let failed = 0;
for (const file of files) {
  for (const vector of await vectorsOf(file)) {
    const found = problems(vector);
    if (found.length === 0) passed++;
    else {
      failed++;
      console.log(`${file}: ${vector.suite ?? fnOf(vector)}: ${vector.name}: ${found.join('; ')}`);
    }
  }
}
console.log(`${passed} passed, ${failed} failed`);
if (failed > 0 || passed === 0) process.exitCode = 1;

async function vectorsOf(file: string): Promise<Vector[]> {
  const { vectors } = JSON.parse(await readFile(file, 'utf8')) as { vectors?: Vector[] };
  if (!Array.isArray(vectors)) throw new Error(`${file}: found no list "vectors"`);
  return vectors;
}

function problems(vector: Vector): string[] {
  const fn = fnOf(vector);
  const adapter = adapters[fn];
  if (adapter === undefined) return [`no adapter for ${fn}: there are ${Object.keys(adapters).join(', ')}`];
  try {
    return adapter(vector);
  } catch (error) {
    return [`threw ${String(error)}`];
  }
}

function fnOf({ fn, params }: Vector): string {
  const named = fn ?? params['fn'];
  if (typeof named === 'string') return named;
  return 'classifier' in params ? 'classify' : 'judge';
}
