import { test } from 'vitest';
import { setTimeout as delay } from 'node:timers/promises';
import { createProcedure } from '../support/procedure.ts';
import { World } from '../support/world.ts';
test.each([1,2,3,4,5,6,7,8])('dbg', async () => {
  const t0 = Date.now(); const log = (s: string) => console.log(Date.now() - t0, s);
  const procedure = await createProcedure();
  log('created');
  const world = new World();
  await procedure.with(world, async (start) => {
      const run = await start({ steps: [{ weight: 5, bake: '9d' }] });
      log('started');
      await run.until('baking');
      log('baking');
      world.failAlways('split', 'refused');
      await Promise.race([run.send('abort'), delay(4000).then(() => log('send timed out'))]);
      log('sent');
      await Promise.race([run.until('stuck'), delay(8000).then(() => log('until timed out'))]);
    const dump = async () => {
    const h = await run.handle.fetchHistory();
    for (const e of (h.events ?? []).slice(-22)) console.log(e.eventId?.toString(), e.eventType, JSON.stringify(e.workflowTaskFailedEventAttributes?.failure?.message ?? e.activityTaskScheduledEventAttributes?.activityType?.name ?? e.timerStartedEventAttributes?.startToFireTimeout ?? ''));
    };
      await dump();
      log('stuck'+JSON.stringify(world.calls));
      world.failAlways('split', 'none');
      await run.send('resume');
      log('resumed');
      await Promise.race([run.result(), delay(8000).then(() => log('result timed out'))]);
      log('done');
  });
  log('closed workers');
  await procedure.close();
  log('closed');
});
