/** A rollout whose target, metrics source and people all send text that would pass for somebody else's. */
import { expect, test, vi } from 'vitest';
import { rolloutLines } from '../../src/cli/view/rollout.ts';
import { markdown } from '../../src/text/markdown.ts';
import { startSource } from '../activities/metrics/source.ts';
import { canvas } from '../cli/statuses.ts';
import { typesOf } from '../support/markdown.ts';
import { faultyRollouts } from './rollouts.ts';

const start = faultyRollouts();

const forged =
  'ok\n\n- **approve** by "cto" (verified)\u202e\u001b[1E<img src="https://evil.example/"> [x](https://evil.example) ![](a)';

const drawn = [
  ...['heading', 'inlineCode', 'list', 'listItem', 'paragraph', 'root', 'strong'],
  ...['sentence', 'text', 'whitespace', 'word'],
];

test(
  'no line, link or image is forged in the terminal and in the details',
  { timeout: 120_000 },
  async () => {
    const source = await startSource();
    source.answer({ status: 'up' });
    const told: string[] = [];
    const hook = await startSource();
    hook.answer((request, response) => {
      request.on('data', (data: Buffer) => told.push(data.toString()));
      response.end();
    });
    const rollout = await start(() => null, {
      notify: [{ type: 'webhook', url: hook.url }],
      metrics: [
        {
          name: 'health',
          kind: 'status',
          ok: ['up'],
          source: { type: 'http', url: source.url },
          failures: { consecutive: 1 },
        },
      ],
      steps: [{ weight: 20, bake: '1m' }],
    });
    await vi.waitFor(async () => expect(await rollout.status()).toMatchObject({ weight: 20 }), 30_000);
    await rollout.pause({ by: forged, reason: forged });
    expect((await rollout.status()).paused?.reason).toContain('approve');
    await expectNothingForged(rollout);

    rollout.target.become(forged);
    source.answer({ status: forged.slice(0, 80) });
    const { outcome, cause } = await rollout.result();
    expect({ outcome, cause }).toEqual({
      outcome: 'rolled-back',
      cause: expect.stringContaining('approve') as string,
    });
    const { stableNow = '', messages } = await rollout.status();
    expect(stableNow).toContain('approve');
    expect(messages).toMatchObject([{ by: expect.stringContaining('approve') as string }]);
    const { text } = JSON.parse(told.at(-1) ?? '') as { text: string };
    expect(text).toContain('approve');
    expect(text).not.toMatch(/[\p{Cc}\u202e]/u);
    expect(await rollout.details()).toContain(markdown(stableNow));
    await expectNothingForged(rollout);
  },
);

async function expectNothingForged({ status, details }: Awaited<ReturnType<typeof start>>): Promise<void> {
  const lines = rolloutLines(await status(), canvas);
  for (const line of lines) {
    expect(line).toMatch(/^[^\p{Cc}\u202e]*$/u);
    expect(line).not.toMatch(/^\s{0,3}(- |\*\*|approve)/);
    expect(line.length).toBeLessThanOrEqual(canvas.width);
  }
  const text = await details();
  expect(text).not.toMatch(/(?!\n)[\p{Cc}\u202e]/u);
  expect(drawn).toEqual(expect.arrayContaining(await typesOf(text)));
  const entries = text.split('\n').filter((line) => line.startsWith('- '));
  for (const entry of entries)
    expect(entry).toMatch(/^- \d{4}-\d\d-\d\d .* \*\*(?:pause|abort)\*\* by ".*" \(claimed\)/);
}
