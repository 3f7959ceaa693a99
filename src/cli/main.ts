#!/usr/bin/env node
import { run } from './program.ts';

/** 128 + SIGPIPE, as the shell's own tools end when nobody reads on: `coalmine list | head -1`. */
const readerHasGone = 141;

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(readerHasGone);
});

process.exitCode = await run(process.argv.slice(2));
