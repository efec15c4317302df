#!/usr/bin/env node
/** The process behind `elasticweb`: the only place that reads argv and the environment, and the only one that exits. */

import './node-version.js';
import { createReadStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { EXIT } from './failure.ts';
import type { Io } from './io.ts';

const io: Io = {
  stdout: process.stdout,
  stderr: process.stderr,
  // Opened only when it is asked for.
  get stdin() {
    return process.stdin;
  },
  env: process.env,
  readFile: (path) => createReadStream(path),
  writeFile: (path, content) => writeFile(path, content),
};

process.on('uncaughtException', (error) => {
  process.stderr.write(`${crashReport(error)}\n`);
  process.exit(EXIT.bug);
});
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    // Nobody reads the log any more; that is no reason for a syncer to stop its work.
    if (error.code === 'EPIPE' && stream === process.stderr) return;
    // The reader of the pipe went away, as `head` does: nothing is left to do and nothing to complain about, but it is not done either.
    if (error.code === 'EPIPE') process.exit(EXIT.readerGone);
    process.stderr.write(`elasticweb: the output could not be written: ${error.message}\n`);
    const [, , command] = process.argv;
    process.exit(command === 'diff' ? EXIT.trouble : EXIT.failure);
  });
}

// A variable that a template left empty is one that is not set.
for (const [name, value] of Object.entries(process.env)) {
  if (name.startsWith('ELASTICWEB_') && value === '') Reflect.deleteProperty(process.env, name);
}

void main();

async function main(): Promise<void> {
  // Imported only now, so that an old Node gets to say that it is one.
  const { run } = await import('./program.ts');
  process.exitCode = await run(process.argv.slice(2), io);
}

/** One sentence about what nobody expected; the stack trace only when it is asked for. */
function crashReport(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const [firstLine] = message.split('\n');
  const report = `elasticweb: unexpected error: ${firstLine ?? ''} (this is a bug in elasticweb)`;
  if (!process.env.ELASTICWEB_DEBUG) return `${report}; ELASTICWEB_DEBUG=1 shows where`;
  return error instanceof Error ? `${report}\n${error.stack ?? ''}` : report;
}
