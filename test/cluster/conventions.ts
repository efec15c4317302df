/** What holds for every status that the syncer writes, whatever state it tells. */

import assert from 'node:assert/strict';
import type { Condition } from '../../src/api/types.ts';
import { type ElasticWebResource, FIELD_MANAGER } from '../../src/syncer/kinds.ts';
import { brokenFluxRules } from './flux-rules.ts';
import { kstatusOf } from './kstatus.ts';
import { STATES, stateOf } from './states.ts';

/** The rules of kstatus, of Flux and of the Kubernetes API conventions, for one status; and that it looks from outside as its reasons say. */
export function assertConventions(web: ElasticWebResource): void {
  const { metadata, status } = web;
  const conditions = status?.conditions ?? [];
  const told = `${metadata.name}: ${JSON.stringify(status)}`;
  assert.equal(kstatusOf(web), STATES[stateOf(web)].kstatus, `what kstatus takes for ${stateOf(web)}: ${told}`);
  if (conditions.length === 0) {
    assert.deepEqual(status, { observedGeneration: -1 }, `nothing was said yet: ${told}`);
    return;
  }
  assert.deepEqual(brokenFluxRules(web, 'always'), [], told);
  const [ready, reconciling, stalled] = ['Ready', 'Reconciling', 'Stalled'].map((type) => find(conditions, type));
  if (ready?.status === 'False' && ready.reason !== 'Suspended') {
    assert.ok(reconciling ?? stalled, `not ready has a cause that ends or does not: ${told}`);
  }
  assert.equal(new Set(conditions.map(({ type }) => type)).size, conditions.length, `each once: ${told}`);
  for (const { type, observedGeneration = -1 } of conditions) {
    // Of a child that the pass did not come to, it still holds what was said of an earlier generation.
    const isSummary = type === 'Ready' || type === 'Reconciling' || type === 'Stalled';
    const newest = status?.observedGeneration ?? 0;
    assert.ok(
      isSummary ? observedGeneration === newest : observedGeneration <= newest,
      `says of what it speaks: ${told}`,
    );
  }
}

/** A condition's time is when its status last changed: between two versions of a status both change, or neither. */
export function assertTransition(before: ElasticWebResource, after: ElasticWebResource): void {
  for (const condition of after.status?.conditions ?? []) {
    const previous = find(before.status?.conditions ?? [], condition.type);
    if (previous === undefined) continue;
    const told = `${after.metadata.name}: ${JSON.stringify([previous, condition])}`;
    if (previous.status === condition.status) {
      assert.equal(condition.lastTransitionTime, previous.lastTransitionTime, told);
    } else {
      assert.ok(condition.lastTransitionTime >= previous.lastTransitionTime, told);
    }
  }
}

function find(conditions: readonly Condition[], type: string): Condition | undefined {
  return conditions.find((condition) => condition.type === type);
}

/** Whether all of the status is the syncer's word: nobody else has written to it. */
export function isSyncersWord({ metadata }: ElasticWebResource): boolean {
  const writers = metadata.managedFields?.filter(({ subresource }) => subresource === 'status') ?? [];
  return writers.every(({ manager }) => manager === FIELD_MANAGER);
}

/** Asserts all of it for whole histories, as far as they are the syncer's word. */
export function assertHistories(histories: Iterable<readonly ElasticWebResource[]>): void {
  for (const versions of histories) {
    for (const [index, version] of versions.entries()) {
      if (!isSyncersWord(version)) continue;
      assertConventions(version);
      const previous = versions[index - 1];
      // One of that name that was made anew has a history of its own.
      const isSame = previous?.metadata.uid === version.metadata.uid;
      if (previous !== undefined && isSame && isSyncersWord(previous)) assertTransition(previous, version);
    }
  }
}
