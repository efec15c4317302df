/** Which fields of an adopted object become the syncer's. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject, ManagedFieldsEntry } from '../../src/kube/resource.ts';
import { claimSpec } from '../../src/syncer/adoption.ts';

const live = (...managedFields: ManagedFieldsEntry[]): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', managedFields },
});
const entry = (manager: string, fieldsV1: object, more: Partial<ManagedFieldsEntry> = {}): ManagedFieldsEntry => ({
  manager,
  operation: 'Update',
  apiVersion: 'apps/v1',
  fieldsType: 'FieldsV1',
  fieldsV1,
  ...more,
});

test('the spec of all former owners becomes ours, and their metadata stays theirs', () => {
  const helm = entry('helm', {
    'f:metadata': { 'f:labels': {} },
    'f:spec': { 'f:replicas': {}, 'f:template': { 'f:a': {} } },
  });
  const kubectl = entry('kubectl', { 'f:spec': { 'f:template': { 'f:b': {} } } }, { operation: 'Apply' });

  assert.deepEqual(claimSpec(live(helm, kubectl)), [
    { ...helm, fieldsV1: { 'f:metadata': { 'f:labels': {} } } },
    entry(
      'elasticweb-syncer',
      { 'f:spec': { 'f:replicas': {}, 'f:template': { 'f:a': {}, 'f:b': {} } } },
      { operation: 'Apply' },
    ),
  ]);
});

test('what controllers and subresources have set stays as it is', () => {
  const scale = entry('kubectl', { 'f:spec': { 'f:replicas': {} } }, { subresource: 'scale' });
  const controller = entry('kube-controller-manager', { 'f:spec': { 'f:x': {} } });

  assert.equal(claimSpec(live(scale, controller)), undefined);
});

test('what the syncer has applied before is no adoption', () => {
  const ours = entry('elasticweb-syncer', { 'f:spec': { 'f:replicas': {} } }, { operation: 'Apply' });

  assert.equal(claimSpec(live(ours, entry('kubectl-edit', { 'f:spec': { 'f:paused': {} } }))), undefined);
});
