/** What a Prometheus reads of a worker. */

/** A sample's value by its name and labels, `name{a="b"}`; the labels that the SDK adds by itself are left out. */
export type Scrape = Map<string, number>;

const ofTheSdk = [
  'activityType',
  'namespace',
  'taskQueue',
  'task_queue',
  'workflowType',
  'workflow_type',
  'activity_type',
];

export async function scrape(address: string): Promise<{ text: string; samples: Scrape }> {
  const answer = await fetch(`http://${address}/metrics`);
  const text = await answer.text();
  const samples: Scrape = new Map();
  for (const [, name = '', labels = '', value] of text.matchAll(/^(\w+)(?:\{(.*)\})? (\S+)$/gm)) {
    const own = [...labels.matchAll(/(\w+)="([^"]*)"/g)].filter(
      ([, label = '']) => !ofTheSdk.includes(label),
    );
    const rest = own.map(([label]) => label).join(',');
    const key = rest === '' ? name : `${name}{${rest}}`;
    samples.set(key, (samples.get(key) ?? 0) + Number(value));
  }
  return { text, samples };
}
