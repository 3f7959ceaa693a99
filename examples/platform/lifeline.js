import process from 'node:process';

// Loaded into each copy before its own code. Standard input is a pipe from the platform: it ends when the
// platform does, however that died, and the copy with it. What is not Node ends at its own end of input.
process.stdin.once('close', () => process.exit()).resume();
