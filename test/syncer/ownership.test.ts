/** Whose an object is that has the name of a child. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ADOPT_ANNOTATION, API_VERSION, KIND } from '../../src/api/resource.ts';
import type { KubeObject, ObjectMeta } from '../../src/kube/resource.ts';
import { FIELD_MANAGER } from '../../src/syncer/kinds.ts';
import { ownershipOf } from '../../src/syncer/ownership.ts';
import { UID, web } from './objects.ts';

const owner = { apiVersion: API_VERSION, kind: KIND, name: 'shop', uid: UID, controller: true };
const OTHER_UID = '99999999-2222-4333-8444-555555555555';
const applied = { manager: FIELD_MANAGER, operation: 'Apply', fieldsV1: {} };
const labels = { 'app.kubernetes.io/instance': 'shop' };
const deletionTimestamp = '2026-01-01T00:00:00Z';

const rows: readonly { name: string; metadata: Partial<ObjectMeta>; kind: string; owner?: string | undefined }[] = [
  { name: 'controlled by this ElasticWeb', metadata: { ownerReferences: [owner] }, kind: 'ours' },
  {
    name: 'controlled by this ElasticWeb, and owned by others besides',
    metadata: { ownerReferences: [{ ...owner, kind: 'App', uid: 'x', controller: false }, owner] },
    kind: 'ours',
  },
  { name: 'ours, and being deleted', metadata: { ownerReferences: [owner], deletionTimestamp }, kind: 'leaving' },
  {
    name: 'of a deleted ElasticWeb of this name',
    metadata: { ownerReferences: [{ ...owner, uid: OTHER_UID }] },
    kind: 'leaving',
  },
  {
    name: 'of a deleted ElasticWeb of this name in an older version of the API',
    metadata: { ownerReferences: [{ ...owner, apiVersion: 'elasticweb.example.com/v1alpha1', uid: OTHER_UID }] },
    kind: 'leaving',
  },
  {
    name: 'of another ElasticWeb',
    metadata: { ownerReferences: [{ ...owner, name: 'other', uid: OTHER_UID }] },
    kind: 'foreign',
    owner: 'ElasticWeb/other',
  },
  {
    name: 'of an ElasticWeb of somebody else’s API',
    metadata: { ownerReferences: [{ ...owner, apiVersion: 'example.org/v1', uid: OTHER_UID }] },
    kind: 'foreign',
    owner: 'ElasticWeb/shop',
  },
  {
    name: 'of another controller, even where it is to be adopted',
    metadata: {
      ownerReferences: [{ ...owner, kind: 'ReleaseSet', name: 'legacy', uid: OTHER_UID }],
      annotations: { [ADOPT_ANNOTATION]: 'shop' },
    },
    kind: 'foreign',
    owner: 'ReleaseSet/legacy',
  },
  { name: 'of nobody', metadata: {}, kind: 'foreign' },
  { name: 'of nobody, with our labels', metadata: { labels }, kind: 'foreign' },
  {
    name: 'owned by this ElasticWeb, but not controlled by it',
    metadata: { ownerReferences: [{ ...owner, controller: false }] },
    kind: 'foreign',
  },
  { name: 'to be adopted', metadata: { annotations: { [ADOPT_ANNOTATION]: 'shop' } }, kind: 'ours' },
  { name: 'to be adopted by another', metadata: { annotations: { [ADOPT_ANNOTATION]: 'other' } }, kind: 'foreign' },
  {
    name: 'to be adopted, and being deleted',
    metadata: { annotations: { [ADOPT_ANNOTATION]: 'shop' }, deletionTimestamp },
    kind: 'leaving',
  },
  { name: 'made by the syncer, its owner taken away', metadata: { labels, managedFields: [applied] }, kind: 'ours' },
  {
    name: 'made by the syncer for another ElasticWeb, its owner taken away',
    metadata: { labels: { 'app.kubernetes.io/instance': 'x' }, managedFields: [applied] },
    kind: 'foreign',
  },
  {
    name: 'touched under the syncer’s name, but not applied',
    metadata: { labels, managedFields: [{ ...applied, operation: 'Update' }] },
    kind: 'foreign',
  },
];

for (const { name, metadata, kind, owner: found } of rows) {
  test(`ownershipOf: ${name}: ${kind}`, () => {
    const live: KubeObject = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'shop', ...metadata } };

    const ownership = ownershipOf(live, web());

    assert.equal(ownership.kind, kind);
    if (ownership.kind === 'foreign') assert.equal(ownership.owner, found);
  });
}

test('ownershipOf: nothing is absent', () => {
  assert.deepEqual(ownershipOf(undefined, web()), { kind: 'absent' });
});

test('ownershipOf: a Deployment that selects other pods cannot be handed over, and says why', () => {
  const metadata = { name: 'shop', annotations: { [ADOPT_ANNOTATION]: 'shop' } };
  const deployment = (matchLabels: object): KubeObject & { spec: object } => ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata,
    spec: { selector: { matchLabels } },
  });
  const fitting = { 'app.kubernetes.io/instance': 'shop', 'app.kubernetes.io/name': 'elasticweb' };

  assert.deepEqual(ownershipOf(deployment(fitting), web()), { kind: 'ours', owned: false });
  const refused = ownershipOf(deployment({ app: 'shop' }), web());
  assert.equal(refused.kind, 'foreign');
  assert.match(
    'obstacle' in refused ? (refused.obstacle ?? '') : '',
    /its selector is .*"app":"shop".*cannot be changed/,
  );
});
