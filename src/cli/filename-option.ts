/** The flag `-f`, which all commands that read manifests share. */

import { Option, type Command } from 'commander';

/** The flag. Each of its values is one file; it may be given several times, or once with several files, as the shell makes them of `*.yaml`. */
export function filenameOption(): Option {
  return new Option('-f, --filename <file...>', 'file with YAML or JSON manifests, - for stdin; repeatable')
    .env('ELASTICWEB_FILENAME')
    .makeOptionMandatory();
}

/** The files that the flag named. In the environment they are separated by commas. */
export function filenamesOf(command: Command): readonly string[] {
  const { filename: files } = command.opts<{ readonly filename: readonly string[] }>();
  return command.getOptionValueSource('filename') === 'env' ? files.flatMap((file) => file.split(',')) : files;
}
