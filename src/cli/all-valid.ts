/** The ElasticWebs of some files, for commands that work on all of them or on none. */

import { type Finding, findElasticWebs } from './elastic-webs.ts';
import { Failure } from './failure.ts';
import type { Io } from './io.ts';
import { isEmpty, nothingIn, summaryOf, writeErrors, writeTrouble } from './report.ts';

/** An ElasticWeb of a file that is valid. */
export type ValidElasticWeb = Extract<Finding, { kind: 'valid' }>;

/**
 * Reads the files, and says on stderr what is wrong with them.
 *
 * @param consequence what has not been done then: `Nothing was printed.`
 * @throws Failure when there is no ElasticWeb, when one is invalid, or when a document cannot be read
 */
export async function allValid(files: readonly string[], io: Io, consequence: string): Promise<ValidElasticWeb[]> {
  const findings = await findElasticWebs(files, io);
  writeTrouble(findings, io.stderr);
  if (isEmpty(findings)) throw new Failure(nothingIn(files));
  for (const finding of findings) if (finding.kind === 'invalid') writeErrors(finding, io.stderr);
  if (findings.some(({ kind }) => kind === 'invalid' || kind === 'unreadable')) {
    throw new Failure(`${consequence} ${summaryOf(findings)}`);
  }
  return findings.filter((finding) => finding.kind === 'valid');
}
