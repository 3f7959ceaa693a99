/**
 * The import rules of docs/architecture.md. Most are about values: types are erased, and may be taken from anywhere
 * (`dependencyTypesNot: ['type-only']`). Text, judge and domain take no types from outside either, and no circle closes
 * through a type. Files that nobody uses are knip's.
 */

const product = '^(src|workflows|activities)/';
const npm = (names) => `^node_modules/(${names})/`;

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'text-imports-itself',
      comment: 'How numbers, times and texts from outside are written for people.',
      severity: 'error',
      from: { path: '^src/text/' },
      to: { pathNot: '^src/text/' },
    },
    {
      name: 'the-judge-knows-no-release',
      comment: 'The judge is a package of its own: readings come in, verdicts go out.',
      severity: 'error',
      from: { path: '^src/judge/' },
      to: { pathNot: '^src/(judge|text)/' },
    },
    {
      name: 'domain-imports-itself',
      comment: 'Decisions are pure functions over plain values: no package, no Node, nothing that acts.',
      severity: 'error',
      from: { path: '^src/domain/' },
      to: { pathNot: '^src/(domain|judge|text)/' },
    },
    {
      name: 'spec-knows-the-domain',
      comment: 'The spec is checked wherever it is written: in an editor, in the CLI, in an activity.',
      severity: 'error',
      from: { path: '^src/spec/', pathNot: '^src/spec/write-json-schema\\.ts$' },
      to: {
        dependencyTypesNot: ['type-only'],
        pathNot: [
          '^src/(spec|domain|judge|text)/',
          npm('zod|yaml|json-p3|@prometheus-io/lezer-promql|@lezer/.+'),
        ],
      },
    },
    {
      name: 'workflows-stay-in-the-sandbox',
      comment: 'What a workflow loads must be deterministic, and is bundled: the SDK, the domain and itself.',
      severity: 'error',
      from: { path: '^workflows/' },
      to: {
        dependencyTypesNot: ['type-only'],
        pathNot: ['^workflows/', '^src/(domain|judge|text)/', npm('@temporalio/(workflow|common)')],
      },
    },
    {
      name: 'activities-know-no-caller',
      comment: 'An activity is called; who calls it, and through which connection, is not its business.',
      severity: 'error',
      from: { path: '^activities/' },
      to: {
        dependencyTypesNot: ['type-only'],
        path: [
          '^workflows/',
          '^src/(cli|client|temporal)/',
          '^src/(client|worker)\\.ts$',
          npm('@temporalio/(client|worker|workflow|envconfig|testing)'),
        ],
      },
    },
    {
      name: 'adapters-stand-alone',
      comment:
        'An adapter can be read, copied and deleted on its own: one file, its parts in a folder of its name (of its ' +
        'first word, where several share them: http/ for http-rate and http-status). The registry knows them all. What ' +
        'adapters of several ports share of one system is a room of its own: kubernetes/.',
      severity: 'error',
      from: {
        path: '^activities/([^/]+)/([^/.-]+)',
        pathNot: ['^activities/[^/]+/registry\\.ts$', '^activities/kubernetes/'],
      },
      to: {
        dependencyTypesNot: ['type-only'],
        path: '^activities/[^/]+/',
        pathNot: ['^activities/$1/$2/', '^activities/kubernetes/'],
      },
    },
    {
      name: 'shared-rooms-know-no-adapter',
      comment: 'What several adapters share is imported by them, and imports none of them.',
      severity: 'error',
      from: { path: '^activities/kubernetes/' },
      to: {
        dependencyTypesNot: ['type-only'],
        path: '^activities/[^/]+/',
        pathNot: '^activities/kubernetes/',
      },
    },
    {
      name: 'kubernetes-is-loaded-when-used',
      comment: 'Its client takes a second and 80 MB: the rooms that need it import it when they do.',
      severity: 'error',
      from: { path: product },
      to: {
        dependencyTypesNot: ['type-only'],
        path: npm('@kubernetes/client-node'),
        dynamic: false,
      },
    },
    {
      name: 'messages-are-the-way-in',
      comment: 'Outside of the sandbox a workflow is its name and its messages.',
      severity: 'error',
      from: { pathNot: '^(workflows|test)/' },
      to: {
        dependencyTypesNot: ['type-only'],
        path: '^workflows/',
        pathNot: '^workflows/messages\\.ts$',
      },
    },
    {
      name: 'the-worker-composes',
      comment:
        'Only the worker puts activities and adapters together. The command line reaches a cluster as adapters do.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/worker\\.ts$' },
      to: {
        dependencyTypesNot: ['type-only'],
        path: '^activities/',
        pathNot: '^activities/kubernetes/(access|names|sending)\\.ts$',
      },
    },
    {
      name: 'who-runs-no-worker-loads-none',
      comment: 'It is the half of what Coalmine loads: the commands that run one import it when they do.',
      severity: 'error',
      from: {
        path: '^src/',
        pathNot: '^src/(worker|worker/.+|write-workflow-bundle|temporal/worker-connection)\\.ts$',
      },
      to: {
        dependencyTypesNot: ['type-only'],
        path: ['^src/(worker|worker/.+|temporal/worker-connection)\\.ts$', npm('@temporalio/worker')],
        dynamic: false,
      },
    },
    {
      name: 'the-cli-is-an-edge',
      comment: 'The CLI calls; nothing calls it.',
      severity: 'error',
      from: { path: product, pathNot: '^src/cli/' },
      to: {
        dependencyTypesNot: ['type-only'],
        path: '^src/cli/',
      },
    },
    {
      name: 'examples-stay-outside',
      comment: 'Examples and benchmarks use the product, never the other way round.',
      severity: 'error',
      from: { path: product },
      to: { path: '^(examples|bench)/' },
    },
    {
      name: 'tests-stay-outside',
      comment: 'Nothing but a test imports a test.',
      severity: 'error',
      from: { pathNot: '^test/' },
      to: { path: '^test/' },
    },
    {
      name: 'no-development-packages',
      comment: 'Who installs Coalmine gets `dependencies` only.',
      severity: 'error',
      from: { path: product },
      to: {
        dependencyTypesNot: ['type-only'],
        dependencyTypes: ['npm-dev'],
      },
    },
    {
      name: 'no-cycles',
      comment: 'Two files that need each other are one subject, or there is a third one between them.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'everything-resolves',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default'],
    },
  },
};
