import { rule } from './rule.ts';

export const releaseRules = [
  rule(['first', 'stable'], ({ first, stable }, report) => {
    if (!first || stable === undefined) return;
    report(
      ['first'],
      'either first: true or stable: at a first release nothing serves yet',
      'true beside stable',
    );
  }),

  rule(['first', 'despite'], ({ first, despite }, report) => {
    if (!first || despite === undefined) return;
    report(
      ['despite'],
      'either first: true or despite: at a first release there is no stable that could be dead',
      `${despite} beside first: true`,
    );
  }),

  rule(['first', 'target'], ({ first, target }, report) => {
    if (!first || target.type === 'http') return;
    const how = target.type === 'docker' ? 'docker run, docker compose up' : 'kubectl apply';
    report(
      ['first'],
      `false: the canary has the settings of stable, so start the first version yourself (${how})`,
      `true with target ${target.type}`,
    );
  }),

  rule(['version', 'stable'], ({ version, stable }, report) => {
    if (version === stable) report(['version'], 'another version than stable');
  }),
];
