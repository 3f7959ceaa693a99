import { judgesTest } from '../../domain/sources.ts';
import { loadErrors } from '../complete.ts';
import { madeAnOption, placeholdersOf, type CommandFilling } from '../command.ts';
import { tellsWhatRuns } from '../target.ts';
import { durationText } from '../values.ts';
import { rule } from './rule.ts';

/** What else is filled in begins with no `-`. */
const harmless: CommandFilling = {
  url: 'url',
  host: 'host',
  rate: 'rate',
  duration: 'duration',
  summary: 'summary',
  service: 'service',
  version: 'version',
};

export const loadRules = [
  rule(['load', 'target'], ({ load, target }, report) => {
    if (load === undefined || load.url !== undefined) return;
    if (tellsWhatRuns(target)) return;
    report(
      ['load', load.path === undefined ? 'requests' : 'path'],
      "a target with a url or a check URL, which tells the canary's own address; or url instead of path",
      "a path, though the target cannot tell the canary's own address",
    );
  }),

  rule(['load'], ({ load }, report) => {
    if (load?.type !== 'command' || load.command.length === 0) return;
    const { rate } = load;
    const named = placeholdersOf(load.command);
    if (!named.has('summary'))
      report(['load', 'command'], '$summary in an argument: the path of the file that the command writes');
    if (!named.has('url') && !named.has('host'))
      report(['load', 'command'], '$url or $host in an argument: where the load goes');
    if (named.has('rate') && rate === undefined)
      report(['load', 'rate'], 'a rate such as 50/s, which an argument of the command asks for by $rate');
    if (!named.has('rate') && rate !== undefined)
      report(['load', 'rate'], '$rate in an argument of the command, which else does not know of it');
    if (load.duration < 1000) report(['load', 'duration'], 'at least 1s: a command is told whole seconds');
  }),

  rule(['load', 'version'], ({ load, version }, report) => {
    if (load?.type !== 'command' || !version.startsWith('-')) return;
    const option = madeAnOption(load.command, { ...harmless, version });
    if (option === null) return;
    report(
      ['load', 'command', load.command.indexOf(option)],
      'an argument that the version cannot make an option of, such as --version=$version',
      `an argument that begins with the version, which begins with -`,
    );
  }),

  rule(['load', 'metrics'], ({ load, metrics }, report) => {
    if (load !== undefined) return;
    for (const [at, metric] of metrics.entries()) {
      if (!judgesTest(metric)) continue;
      report(
        ['metrics', at, 'source'],
        'load in the spec, whose report this metric reads',
        'load, which is missing',
      );
    }
  }),

  rule(['load', 'metrics'], ({ load, metrics }, report) => {
    if (load?.rate === undefined) return;
    const judging = metrics.flatMap((metric) =>
      judgesTest(metric) && 'minSample' in metric ? [metric] : [],
    );
    const [strictest = loadErrors] = judging.sort((a, b) => b.minSample - a.minSample);
    const requests = Math.floor((load.rate * load.duration) / 1000);
    if (requests >= strictest.minSample) return;
    report(
      ['load', 'duration'],
      `at least ${strictest.minSample}, the minSample of the metric ${strictest.name}: else it could never be judged`,
      `${requests} requests in ${durationText(load.duration)}`,
    );
  }),
];
