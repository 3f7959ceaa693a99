import { readFile } from 'node:fs/promises';
import { connect, Rollouts } from 'coalmine/client';
import { parseSpec } from 'coalmine/spec';

const file = process.argv[2] ?? 'rollout.yaml';
const { spec } = parseSpec(await readFile(file, 'utf8'), file);
const client = await connect();
const rollouts = new Rollouts(client);
const { runId } = await rollouts.start(spec);
for await (const sight of rollouts.watch(spec.service, runId)) {
  const gate = sight.kind === 'full' ? sight.status.gate : null;
  if (gate === null) continue;
  const reply = await rollouts.approve(spec.service, { by: 'example', gate: gate.step });
  console.log(`${gate.approve}: ${reply.text}`);
}
const { outcome, cause } = await rollouts.result(spec.service);
console.log(`${outcome}: ${cause}`);
await client.connection.close();
