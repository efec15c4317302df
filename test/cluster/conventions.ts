/** What holds for every status that the syncer writes, whatever state it tells. */

import assert from 'node:assert/strict';
import type { Condition } from '../../src/api/types.ts';
import type { ElasticWebResource } from '../../src/syncer/kinds.ts';

/**
 * The rules of kstatus and of the Kubernetes API conventions, for one status.
 * https://github.com/kubernetes-sigs/cli-utils/blob/master/pkg/kstatus/README.md
 */
export function assertConventions({ metadata, status }: ElasticWebResource): void {
  const conditions = status?.conditions ?? [];
  const told = `${metadata.name}: ${JSON.stringify(status)}`;
  if (conditions.length === 0) {
    assert.deepEqual(status, { observedGeneration: -1 }, `nothing was said yet: ${told}`);
    return;
  }
  const [ready, reconciling, stalled] = ['Ready', 'Reconciling', 'Stalled'].map((type) => find(conditions, type));

  assert.ok(ready, `Ready is always there: ${told}`);
  assert.ok(!(reconciling && stalled), `never both: ${told}`);
  for (const abnormal of [reconciling, stalled]) {
    if (abnormal === undefined) continue;
    assert.equal(abnormal.status, 'True', `there only while True: ${told}`);
    assert.equal(ready.status, 'False', `not ready meanwhile: ${told}`);
  }
  if (ready.status === 'False' && ready.reason !== 'Suspended') {
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
  assert.ok((status?.observedGeneration ?? 0) <= (metadata.generation ?? 0), `not of the future: ${told}`);
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
