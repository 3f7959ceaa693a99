import fc from 'fast-check';
import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { completeSpec, parseSpec, SpecError } from '../../src/spec/parse.ts';
import { soundSpec } from './sound-specs.ts';

test('a plan survives the way through JSON, and is the same from text and from the value', () => {
  fc.assert(
    fc.property(soundSpec, (written) => {
      const { spec, plan } = parseSpec(stringify(written, { aliasDuplicateObjects: false }), 'rollout.yaml');
      expect(spec).toStrictEqual(written);
      expect(JSON.parse(JSON.stringify(plan))).toStrictEqual(plan);
      expect(completeSpec(spec)).toStrictEqual(plan);
      expect(parseSpec(JSON.stringify(written), 'rollout.json')).toStrictEqual({ spec, plan });
    }),
  );
});

test('a sound spec with anything put anywhere is a plan, or is refused in our words', () => {
  fc.assert(
    fc.property(soundSpec, fc.jsonValue(), fc.nat(), (written, value, at) => {
      const spoilt = replaced(structuredClone(written), value, at);
      const refused = refusal(() => completeSpec(spoilt));
      if (refused === undefined) return;
      expect(refused.problems.length).toBeGreaterThan(0);
      for (const line of refused.message.split('\n')) {
        expect(line).toMatch(/^\S.*: found .+, expected .+/s);
        expect(line).not.toMatch(/invalid|undefined|unrecognized|\[object/i);
      }
    }),
    { numRuns: 500 },
  );
});

test('any text is a plan or refused', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
      expect(refusal(() => parseSpec(text, 'rollout.yaml'))).toBeInstanceOf(SpecError);
    }),
    { numRuns: 500 },
  );
});

function refusal(act: () => unknown): SpecError | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    if (error instanceof SpecError) return error;
    throw error;
  }
}

/** The tree with the value in the place of its `at`-th node, counted round. */
function replaced(tree: unknown, value: unknown, at: number): unknown {
  const places: (() => void)[] = [];
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    for (const [key, child] of Object.entries(node)) {
      places.push(() => Object.assign(node, { [key]: value }));
      visit(child);
    }
  };
  visit(tree);
  places[at % places.length]!();
  return tree;
}
