/** Whether the ElasticWebs in files are valid, and what is wrong with those that are not. */

import { findElasticWebs } from './elastic-webs.ts';
import { Failure } from './failure.ts';
import { writeLine, type Io } from './io.ts';
import { isEmpty, nothingIn, summaryOf, writeErrors, writeTrouble } from './report.ts';

/**
 * Prints the verdict on every ElasticWeb in the files.
 *
 * @throws Failure when there is no ElasticWeb, when one is invalid, or when a document cannot be read
 */
export async function validateFiles(files: readonly string[], io: Io): Promise<void> {
  const findings = await findElasticWebs(files, io);
  writeTrouble(findings, io.stderr);
  if (isEmpty(findings)) throw new Failure(nothingIn(files));
  for (const finding of findings) {
    if (finding.kind === 'valid') writeLine(io.stdout, `${finding.label}: valid`);
    if (finding.kind === 'invalid') writeErrors(finding, io.stdout);
  }
  writeLine(io.stdout, summaryOf(findings));
  if (findings.some(({ kind }) => kind === 'invalid' || kind === 'unreadable')) throw new Failure();
}
