import type { NotifyPlan } from '../../src/spec/schema.ts';
import { createHttp } from '../http.ts';
import type { Adapter, Notifier } from '../ports.ts';
import { headerUses, requestUses } from '../uses.ts';

/** Shorter than a target's: news that is late is told again, and holds a slot of the effects meanwhile. */
const timeout = 10_000;

/** Posts each notice as JSON. */
export const webhook: Adapter<Extract<NotifyPlan, { type: 'webhook' }>, Notifier> = {
  uses: ({ url, headers }) =>
    typeof url === 'string'
      ? requestUses({ url, headers })
      : [{ at: 'url', secretUrl: url.secret }, ...headerUses(headers, [null])],
  connect({ url, headers }, grants) {
    const http = createHttp(grants, { timeout });
    return {
      notify: (notice, { signal }) =>
        http.post({ what: `notice ${notice.event}`, url, headers, body: notice }, signal),
    };
  },
};
