import type { Answer, Ending } from '../../client.ts';
import { nothingChanged } from '../../domain/rollout.ts';
import { shellWord } from '../../text/shell-word.ts';
import type { Canvas } from './canvas.ts';
import { hanging, sentence, stopped } from './text.ts';

/** The last words on a rollout that has ended: how, where its status does not say it already, and what to do. */
export function lastWords(service: string, answer: Answer, { colors, width }: Canvas): string[] {
  const { kind, ending } = answer;
  if (ending === null) return [];
  const said = kind === 'full' && ending.how === 'completed';
  const colour =
    ending.how === 'completed' && ending.result.outcome === 'promoted' ? colors.green : colors.red;
  const how = said
    ? []
    : paragraphs(ending).flatMap((text) => hanging(text, width).map((line) => colour(line)));
  return [...how, ...hanging(advice(service, ending), width)];
}

/** A refused spec has a line for each problem; any other line break is not ours. */
function paragraphs(ending: Ending): string[] {
  const isRefusal = ending.how !== 'completed' && ending.type === 'SpecRefused';
  return isRefusal ? words(ending).split('\n') : [words(ending)];
}

function words(ending: Ending): string {
  if (ending.how !== 'completed') return sentence(`${ending.how}: ${ending.text}`);
  return sentence(`${ending.result.outcome}: ${ending.result.cause}`);
}

function advice(name: string, ending: Ending): string {
  const service = shellWord(name);
  if (ending.how !== 'completed') {
    return ending.type === 'SpecRefused'
      ? 'Nothing was started. Mend the spec, check it with "coalmine validate FILE" and start it again.'
      : `The target may be left half way: look at what it runs, then start ${service} again with "coalmine start FILE".`;
  }
  const { outcome, verified, version, stable, serving } = ending.result;
  if (serving === nothingChanged) return sentence(serving);
  const serves = outcome === 'promoted' ? version : (stable ?? 'what served before');
  return verified
    ? `${stopped(serving ?? `${serves} serves everyone`)} What it was judged by: "coalmine status ${service}".`
    : `${serving ?? `${serves} should serve everyone`}, but the target could not tell: look at what it runs.`;
}
