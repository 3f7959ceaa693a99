import { accessSync, constants, statSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';

/** A command of this machine. */
export interface Executable {
  /** Its absolute path. */
  file: string;
  /** What it gets of this process's own environment, and no more: PATH, HOME and LANG, if it is set. */
  environment: Readonly<Record<string, string>>;
}

/** The names of the environment variables that a spec may set for a command, if the operator lists them. */
export const settableVariable = /^(?!(PATH|HOME|TMPDIR)$|LD_|DYLD_)[A-Za-z_]\w{0,99}$/;

export const anySettable =
  'names of environment variables, other than PATH, HOME, TMPDIR, LD_… and DYLD_…, separated by commas';

/** What makes a shell or a runtime run what a variable says, whatever the command is. */
const running = new Set([
  'BASH_ENV',
  'ENV',
  'GIT_SSH_COMMAND',
  'IFS',
  'JAVA_TOOL_OPTIONS',
  'JDK_JAVA_OPTIONS',
  'LUA_INIT',
  'LUA_PATH',
  'LUA_CPATH',
  'NODE_OPTIONS',
  'NODE_PATH',
  'PERL5LIB',
  'PERL5OPT',
  'PROMPT_COMMAND',
  'PS4',
  'PYTHONHOME',
  'PYTHONPATH',
  'PYTHONSTARTUP',
  'RUBYLIB',
  'RUBYOPT',
  'SHELLOPTS',
  '_JAVA_OPTIONS',
]);

/** Whether whoever sets this variable can make a command run anything. */
export function runsAnything(variable: string): boolean {
  return running.has(variable) || variable.startsWith('BASH_FUNC_');
}

/** Where a command is: the first of its name in the absolute ones of these directories, or its own absolute path. */
export function findCommand(name: string, directories: readonly string[]): string | null {
  const paths = isAbsolute(name)
    ? [name]
    : directories.filter((directory) => isAbsolute(directory)).map((directory) => join(directory, name));
  return paths.find(canRun) ?? null;
}

function canRun(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
