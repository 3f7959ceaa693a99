import js from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

/** What the workflow sandbox may not load. Types are free: the compiler erases them. */
const outsideTheSandbox = [
  {
    regex: String.raw`^(?!\.|@temporalio/(workflow|common)$)`,
    message:
      'Workflows take values only from @temporalio/workflow, @temporalio/common and the pure parts of src/.',
  },
  {
    regex: String.raw`/activities/|/src/(?!(domain|judge|text)/)`,
    message:
      'Workflows take types from here with `import type`, values only from src/domain, src/judge and src/text.',
  },
];

const outsideTheDomain = [
  { regex: String.raw`^[^.]`, message: 'The domain is plain TypeScript: no package, no Node.' },
  {
    regex: String.raw`/(activities|workflows|cli|spec|temporal)/|^(\.\./)+(client|config|spec|worker)\.ts$`,
    message: 'The domain imports nothing but itself, the judge and texts, types included.',
  },
];

export default defineConfig(
  globalIgnores(['dist/', 'coverage/', '.coalmine/']),
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  js.configs.recommended,
  tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      eqeqeq: 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      // An import of types alone, written `import { type A }`, would stay behind as an import of the file.
      '@typescript-eslint/no-import-type-side-effects': 'error',
      // A kind added to a union shows every switch that does not answer it; a default is an answer.
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      // A number in a sentence reads as meant; anything else must be made text on purpose.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // `() => server.close()`, and `return refuse(answer)` out of the middle, say what they do; braces say no more.
      '@typescript-eslint/no-confusing-void-expression': [
        'error',
        { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true },
      ],
      // A loop that ends by `return` is written `while (true)`.
      '@typescript-eslint/no-unnecessary-condition': [
        'error',
        { allowConstantLoopConditions: 'only-allowed-literals' },
      ],
      // A parameter that an interface asks for and an implementation has no use of; a key that is taken out.
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', ignoreRestSiblings: true }],
    },
  },
  {
    files: ['workflows/**/*.ts'],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        { patterns: outsideTheSandbox.map((pattern) => ({ ...pattern, allowTypeImports: true })) },
      ],
    },
  },
  {
    files: ['src/domain/**/*.ts', 'src/judge/**/*.ts', 'src/text/**/*.ts'],
    rules: { '@typescript-eslint/no-restricted-imports': ['error', { patterns: outsideTheDomain }] },
  },
  {
    // One reader of the environment; only commands write to the terminal.
    files: ['src/**/*.ts', 'workflows/**/*.ts', 'activities/**/*.ts'],
    ignores: ['src/config.ts', 'src/cli/**', 'src/**/write-*.ts'],
    rules: {
      'no-console': 'error',
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'The environment is read in src/config.ts.' },
      ],
    },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      // A test that indexes past the end fails by itself, with the line.
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },
  { files: ['**/*.{js,cjs}'], extends: [tseslint.configs.disableTypeChecked] },
  { files: ['**/*.cjs'], languageOptions: { sourceType: 'commonjs', globals: { module: 'writable' } } },
);
