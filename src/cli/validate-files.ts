/** Whether the ElasticWebs in files are valid, and what is wrong with those that are not. */

import { type Finding, findElasticWebs } from './elastic-webs.ts';
import { Failure } from './failure.ts';
import { writeLine, type Io } from './io.ts';
import { writeRows } from './output-option.ts';
import { isEmpty, nothingIn, summaryOf, writeErrors, writeTrouble } from './report.ts';
import { withSuggestion } from './suggestion.ts';
import type { ValidateFlags } from './validate.ts';

/**
 * Prints the verdict on every ElasticWeb in the files.
 *
 * @throws Failure when there is no ElasticWeb, when one is invalid, or when a document cannot be read
 */
export async function validateFiles(files: readonly string[], { output }: ValidateFlags, io: Io): Promise<void> {
  const findings = await findElasticWebs(files, io);
  writeTrouble(findings, io.stderr);
  if (output !== 'text') await writeRows(io.stdout, findings.map(rowOf), output);
  if (isEmpty(findings)) throw new Failure(nothingIn(files));
  if (output === 'text') {
    for (const finding of findings) {
      if (finding.kind === 'valid') writeLine(io.stdout, `${finding.label}: valid`);
      if (finding.kind === 'invalid') writeErrors(finding, io.stdout);
    }
    writeLine(io.stdout, summaryOf(findings));
  }
  if (findings.some(({ kind }) => kind === 'invalid' || kind === 'unreadable')) throw new Failure();
}

/** A document for programs: where it stands, what it is, and what is wrong with it. */
function rowOf(finding: Finding): object {
  const { at } = finding;
  switch (finding.kind) {
    case 'valid':
      return { ...at, verdict: 'valid', errors: [] };
    case 'invalid':
      return { ...at, verdict: 'invalid', errors: finding.errors.map(withSuggestion) };
    case 'other':
      return { ...at, verdict: 'skipped', errors: [] };
    case 'unreadable':
      return { ...at, verdict: 'unreadable', errors: [{ path: '', message: finding.message }] };
  }
}
