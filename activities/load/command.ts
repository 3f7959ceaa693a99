import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { filledArguments, madeAnOption } from '../../src/spec/command.ts';
import { refused, unavailable } from '../failures.ts';
import type { Hiding } from '../hiding.ts';
import type { Adapter, Grants, Load, LoadOf, LoadRun, Use } from '../ports.ts';
import { placeUses, secretUses, toCommand } from '../uses.ts';
import { lastOf, refuseEnd } from './command/ending.ts';
import { forms, type Summary } from './command/forms.ts';
import { runGroup, type Command, type Ended } from './command/group.ts';
import { added, unseen } from './command/report.ts';
import { BadSummary, readSummary } from './command/summary.ts';

/** Milliseconds after the window's end at which a command that goes on is ended: tools wait for last answers. */
const grace = 40_000;

type CommandPlan = LoadOf<'command'>;

/** What is the same in each run of a plan. */
interface Prepared {
  file: string;
  environment: Record<string, string>;
  hiding: Hiding;
}

/**
 * Load by a tool of the worker's machine: an argument vector, run as a process group in a fresh directory, with
 * PATH, HOME, LANG, TMPDIR (that directory) and what the spec says as its environment, of the variables that the
 * operator lists. What it saw is known at its end, from its summary. An
 * attempt that goes on with another's runs it anew for what is left of the window, but not for less than half a
 * second. What a command has sent that died with its worker, nobody knows.
 */
export const commandLoad: Adapter<CommandPlan, Load> = { uses, connect };

function uses({ command, env, ...plan }: CommandPlan): Use[] {
  const [name = '', ...words] = command;
  return [
    ...placeUses(plan),
    { at: 'command[0]', command: name },
    // Whatever is filled in is known at a run only.
    { at: 'command', url: null },
    ...words.flatMap((word, at) => urlUses(word, `command[${String(at + 1)}]`)),
    ...Object.entries(env).flatMap(([variable, value]): Use[] => {
      const at = `env.${variable}`;
      const given = typeof value === 'string' ? urlUses(value, at) : secretUses(value, [toCommand], at);
      return [{ at, variable }, ...given];
    }),
  ];
}

/** The host of the URL that a text is or gives, unless it is still to be filled in. */
function urlUses(text: string, at: string): Use[] {
  return urlIn(text)
    .filter((url) => !new URL(url).hostname.includes('$'))
    .map((url) => ({ at, url }));
}

function connect(plan: CommandPlan, grants: Grants): Load {
  return {
    async generate(run, progress, { signal }) {
      signal.throwIfAborted();
      const { url, window } = run;
      grants.checkUrl(url);
      const prepared = prepare(plan, grants);
      let report = run.soFar ?? unseen(window.from);
      const seconds = Math.round((window.to - Date.now()) / 1000);
      if (seconds < 1) return { ...report, window };
      const directory = await mkdtemp(join(tmpdir(), 'coalmine-load-'));
      const beat = setInterval(() => {
        progress({ ...report, window: { from: window.from, to: Math.min(Date.now(), window.to) } });
      }, 1000);
      try {
        const summary = join(directory, 'summary.json');
        const args = argumentsOf(plan, run, { seconds, summary });
        for (const address of args.flatMap(urlIn)) grants.checkUrl(address);
        const { requests, missed, ...seen } = await runOnce(
          plan,
          { ...prepared, environment: { ...prepared.environment, TMPDIR: directory }, args, directory },
          { summary, until: window.to + grace, signal },
        );
        const due = plan.rate === undefined ? 0 : Math.floor(plan.rate * seconds);
        const ofThis = { ...seen, requests, missed: missed ?? Math.max(0, due - requests) };
        report = added(report, ofThis, window);
        progress(report);
        return report;
      } finally {
        clearInterval(beat);
        await rm(directory, { recursive: true, force: true });
      }
    },
  };
}

function prepare({ command: [name = ''], env }: CommandPlan, grants: Grants): Prepared {
  if (process.platform === 'win32')
    throw refused('load: type command needs process groups, which Windows does not have; use type http');
  const { file, environment } = grants.command(name);
  const given: Record<string, string> = { ...environment };
  for (const [variable, plan] of Object.entries(env)) {
    grants.checkCommandVariable(variable);
    const value = typeof plan === 'string' ? plan : grants.secret(plan.secret, toCommand);
    if (value.includes('\0'))
      throw refused(
        `load: the value of the variable ${variable} holds a NUL, as no variable may; correct it`,
      );
    given[variable] = value;
  }
  return { file, environment: given, hiding: grants.hiding };
}

function argumentsOf(
  { command: [, ...words], rate }: CommandPlan,
  { release, url }: LoadRun,
  { seconds, summary }: { seconds: number; summary: string },
): string[] {
  const { hostname, port, protocol } = new URL(url);
  const filling = {
    url,
    host: `${hostname}:${port || (protocol === 'https:' ? '443' : '80')}`,
    rate: String(rate),
    duration: String(seconds),
    summary,
    service: release.service,
    version: release.version,
  };
  const option = madeAnOption(words, filling);
  if (option !== null)
    throw refused(
      `load: the argument ${option} would begin with - once it is filled in, and the command would read it as an option; ` +
        `put text before it, such as --name=${option}`,
    );
  return filledArguments(words, filling);
}

async function runOnce(
  { command: [name = ''], summary: formName }: CommandPlan,
  command: Command & { hiding: Hiding },
  { summary, until, signal }: { summary: string; until: number; signal: AbortSignal },
): Promise<Summary> {
  const form = forms[formName];
  const ended = await start(name, command, until, signal);
  refuseEnd(ended, name, form.exits);
  try {
    return await readSummary(summary, form, command.hiding);
  } catch (error) {
    if (!(error instanceof BadSummary)) throw error;
    throw refused(
      `load: the summary of ${name}, which it is to write to $summary (${summary}), ${error.message}${lastOf(ended.said)}; ` +
        'correct load.command or load.summary',
    );
  }
}

async function start(
  name: string,
  { hiding, ...command }: Command & { hiding: Hiding },
  until: number,
  signal: AbortSignal,
): Promise<Ended> {
  try {
    return await runGroup(command, until, hiding, signal);
  } catch (error) {
    signal.throwIfAborted();
    const { code = '', message } = error as NodeJS.ErrnoException;
    const found = `load: ${name} could not be started: ${hiding.text(message)}`;
    if (['EAGAIN', 'EMFILE', 'ENFILE', 'ENOMEM'].includes(code)) throw unavailable(found);
    throw refused(`${found}; correct load.command, or what is installed where the worker runs`);
  }
}

/** The URL that an argument is or, as in `URL=http://…`, gives. */
function urlIn(argument: string): string[] {
  const [, url = ''] = /(?:^|=)(https?:.*)$/is.exec(argument) ?? [];
  return URL.canParse(url) ? [url] : [];
}
