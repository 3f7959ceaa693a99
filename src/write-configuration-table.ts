/** Writes the table of docs/configuration.md between its markers: `npm run config-docs`. A test checks that it is current. */
import { readFileSync, writeFileSync } from 'node:fs';
import { variables } from './variables.ts';

const file = new URL('../docs/configuration.md', import.meta.url);
const begin = '<!-- The table is written by `npm run config-docs`. -->';
const end = '<!-- End of the table. -->';

const rows = Object.entries(variables).map(
  ([name, { what, default: otherwise }]) => `| \`${name}\` | ${what.replaceAll('*', '\\*')} | ${otherwise} |`,
);
const table = ['| variable | what | default |', '| --- | --- | --- |', ...rows].join('\n');

const page = readFileSync(file, 'utf8');
const [before, rest] = page.split(begin);
const after = rest?.split(end)[1];
if (before === undefined || after === undefined)
  throw new Error(`docs/configuration.md has no place for the table: expected ${begin} and ${end}`);
writeFileSync(file, `${before}${begin}\n\n${table}\n\n${end}${after}`);
