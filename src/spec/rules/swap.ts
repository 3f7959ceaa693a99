import { completeTraffic, runsBesideStable, tellsWhatRuns } from '../target.ts';
import { durationText } from '../values.ts';
import { rule } from './rule.ts';

/** What `promote: swap` needs so that stable can be kept, and one shift brings all traffic back to it. */
export const swapRules = [
  rule(['promote', 'keepStable'], ({ promote, keepStable }, report) => {
    if (keepStable === undefined || promote === 'swap') return;
    report(
      ['keepStable'],
      'promote: swap, or no keepStable: promote: replace does not keep stable',
      `keepStable with promote: ${promote}`,
    );
  }),

  rule(['promote', 'keepStable', 'every'], ({ promote, keepStable, every }, report) => {
    if (promote !== 'swap' || keepStable === undefined || keepStable >= every) return;
    report(['keepStable'], `at least ${durationText(every)}, one tick (every)`, durationText(keepStable));
  }),

  rule(['promote', 'first', 'despite'], ({ promote, first, despite }, report) => {
    if (promote !== 'swap') return;
    if (first)
      report(
        ['promote'],
        'replace: at a first release there is no stable to keep',
        'swap beside first: true',
      );
    if (despite !== undefined)
      report(['promote'], 'replace: a dead stable is not worth keeping', `swap beside despite: ${despite}`);
  }),

  rule(['promote', 'target', 'traffic'], ({ promote, target, traffic }, report) => {
    if (promote !== 'swap') return;
    if (traffic === undefined && completeTraffic(target) === undefined)
      report(
        ['promote'],
        'replace, or something that splits: traffic, or a url of the target',
        'swap where nothing splits live traffic',
      );
    if (!runsBesideStable(target))
      report(
        ['promote'],
        'replace, or a target with a url or a remove URL: without, the canary takes the place of the stable that is to be kept',
        'swap on a target without remove',
      );
    if (!tellsWhatRuns(target))
      report(
        ['promote'],
        'replace, or a target with a url or a check URL: all traffic goes only to a canary that is read back',
        'swap on a target without check',
      );
  }),

  rule(['promote', 'steps'], ({ promote, steps }, report) => {
    if (promote !== 'swap') return;
    for (const [at, step] of steps.entries()) {
      if ('approve' in step) continue;
      if (step.weight === 100)
        report(
          ['steps', at, 'weight'],
          'a weight below 100, or no such step: promote: swap gives the canary all traffic after the last step, and ' +
            'judges it there for keepStable',
          '100 with promote: swap',
        );
      if (step.capacity !== undefined)
        report(
          ['steps', at, 'capacity'],
          "no capacity: with promote: swap the canary has stable's size from the start",
          `${step.capacity} with promote: swap`,
        );
    }
  }),
];
