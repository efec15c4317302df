/** What the examples of the documentation write is taken by the API server. */

import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { startControlPlane, type ControlPlane } from '../control-plane/control-plane.ts';
import { WRITTEN } from '../docs/examples.ts';
import { ROOT } from '../docs/page.ts';

const files = readdirSync(WRITTEN);

describe('the API server takes', () => {
  /** One of its own: some examples are about the whole cluster, and the requirements' one fixes a node port. */
  let controlPlane: ControlPlane;
  before(async () => {
    const manifests = [join(ROOT, 'dist/crd.k8s.yaml')];
    controlPlane = await startControlPlane({ controllers: false, scheduler: false, kwok: false, manifests });
    for (const namespace of ['dev', 'shop', 'elasticweb-system']) {
      const { code, stderr } = await controlPlane.kubectl(['create', 'namespace', namespace]);
      assert.equal(code, 0, stderr);
    }
  });
  after(() => controlPlane.stop());

  for (const file of files) {
    test(`docs/examples/out/${file}`, async () => {
      const apply = ['apply', '--server-side', '--force-conflicts', '--dry-run=server'];
      const { code, stderr } = await controlPlane.kubectl([...apply, '-f', join(WRITTEN, file)]);
      assert.equal(code, 0, stderr);
    });
  }
});
