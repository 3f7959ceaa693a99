/**
 * Writes what a worker must be allowed to do in a namespace, from src/domain/rights.ts: `npm run rights`. A test checks that it is
 * current.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { stringify } from 'yaml';
import { clusterAdapters, groupOf, rights, ruleOf, type Right, type Rule } from './domain/rights.ts';

const root = new URL('../', import.meta.url);
const note = 'Written by `npm run rights`.';
const [begin, end] = ['<!-- The table is written by `npm run rights`. -->', '<!-- End of the table. -->'];

function rules(adapter?: Right['adapter']): Rule[] {
  return rights.filter((right) => adapter === undefined || right.adapter === adapter).map(ruleOf);
}

const metadata = { name: 'coalmine' };
const apiGroup = 'rbac.authorization.k8s.io';
const role = { apiVersion: `${apiGroup}/v1`, kind: 'Role', metadata, rules: rules() };
const binding = {
  apiVersion: `${apiGroup}/v1`,
  kind: 'RoleBinding',
  metadata,
  roleRef: { apiGroup, kind: 'Role', ...metadata },
  subjects: [{ kind: 'ServiceAccount', ...metadata, namespace: 'coalmine' }],
};

/** For each file, what is written in it: a whole, or what takes the place of the table. */
const files: Record<string, (before: string) => string> = {
  'charts/coalmine/rights.yaml': () =>
    `# ${note} The rules of a Role, by adapter.\n` +
    stringify(Object.fromEntries(clusterAdapters.map((adapter) => [adapter, rules(adapter)]))),
  'charts/coalmine-rights.yaml': () =>
    `# ${note} What the service account coalmine of the namespace coalmine needs in a namespace that it releases to.\n` +
    `${stringify(role)}---\n${stringify(binding)}`,
  'docs/helm.md': (page) => {
    const [before, rest] = page.split(begin);
    const after = rest?.split(end)[1];
    if (before === undefined || after === undefined)
      throw new Error(`docs/helm.md has no place for the table: expected ${begin} and ${end}`);
    const rows = rights.map(
      ({ adapter, resource, verbs, what, ...right }) =>
        `| \`${adapter}\` | ${groupOf(right) || 'core'} | \`${resource}\` | ${verbs.join(', ')} | ${what} |`,
    );
    const table = [
      '| adapter | API group | resource | verbs | what for |',
      '| --- | --- | --- | --- | --- |',
      ...rows,
    ];
    return `${before}${begin}\n\n${table.join('\n')}\n\n${end}${after}`;
  },
};

for (const [path, write] of Object.entries(files)) {
  const file = new URL(path, root);
  writeFileSync(file, write(path.endsWith('.md') ? readFileSync(file, 'utf8') : ''));
}
