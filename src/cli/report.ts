/** What the commands say about the documents that they found. */

import type { Finding } from './elastic-webs.ts';
import { writeLine, type Output } from './io.ts';
import { withSuggestion } from './suggestion.ts';

/** Says which documents were skipped and which could not be read. */
export function writeTrouble(findings: readonly Finding[], output: Output): void {
  for (const finding of findings) {
    if (finding.kind === 'other') writeLine(output, `${finding.label}: skipped, not an ElasticWeb`);
    if (finding.kind === 'unreadable') writeLine(output, `${finding.label}: ${finding.message}`);
  }
}

/** Says what is wrong with a document, a line for each field. */
export function writeErrors({ label, errors }: Extract<Finding, { kind: 'invalid' }>, output: Output): void {
  for (const { path, message } of errors.map(withSuggestion)) {
    writeLine(output, [label, ...(path === '' ? [] : [path]), message].join(': '));
  }
}

/** How many documents turned out to be what: `3 ElasticWebs: 2 valid, 1 invalid`. */
export function summaryOf(findings: readonly Finding[]): string {
  const count = (kind: Finding['kind']): number => findings.filter((finding) => finding.kind === kind).length;
  const [valid, invalid, unreadable] = [count('valid'), count('invalid'), count('unreadable')];
  const all = valid + invalid;
  return [
    all === 0
      ? 'no ElasticWeb'
      : `${all} ${all === 1 ? 'ElasticWeb' : 'ElasticWebs'}: ${valid} valid, ${invalid} invalid`,
    ...(unreadable === 0 ? [] : [`${unreadable} could not be read`]),
  ].join('; ');
}

/** Whether there is nothing to work on, although everything could be read. */
export function isEmpty(findings: readonly Finding[]): boolean {
  return findings.every(({ kind }) => kind === 'other');
}

/** The failure's message then. */
export function nothingIn(files: readonly string[]): string {
  return `no ElasticWeb in ${files.map((file) => (file === '-' ? 'stdin' : file)).join(', ')}`;
}
