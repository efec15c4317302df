/** What is synthesized for the Prometheus Operator is taken by the real API server with the operator's own CRDs, strictly. */

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { Yaml } from 'cdk8s';
import { ElasticWeb } from '../../src/construct/elastic-web.ts';
import { useWorld } from '../cluster/world.ts';
import { charted } from '../construct/rendered.ts';
import { established } from '../control-plane/established.ts';
import { useControlPlane } from '../control-plane/shared-control-plane.ts';
import { monitoringCrds } from '../generated/monitoring-crds.ts';
import { operatorCommands } from './page.ts';

const root = join(import.meta.dirname, '../..');
const world = await useWorld();

/** Runs kubectl as admin; fails with what it said. */
async function kubectl(args: readonly string[], stdin = ''): Promise<string> {
  const { code, stdout, stderr } = await useControlPlane().kubectl(args, { stdin });
  assert.equal(code, 0, `kubectl ${args.join(' ')}: ${stderr}`);
  assert.equal(stderr, '', `kubectl ${args.join(' ')} warns`);
  return stdout;
}

const STRICTLY = ['--server-side', '--validate=strict'];

describe('the API server with the CRDs of the Prometheus Operator', () => {
  before(async () => {
    await kubectl(['apply', '--server-side', '-f', '-'], await monitoringCrds());
    const crds = ['podmonitors', 'prometheusrules', 'servicemonitors'].map((one) => `crd/${one}.monitoring.coreos.com`);
    await established(useControlPlane().kubectl, ...crds);
  });

  test('takes dist/monitoring.k8s.yaml, and a second time without a change', async () => {
    const file = join(root, 'dist/monitoring.k8s.yaml');
    await kubectl(['apply', ...STRICTLY, '-f', file]);
    const versions = () => kubectl(['get', '-f', file, '-o', 'jsonpath={.items[*].metadata.resourceVersion}']);
    const first = await versions();
    assert.equal(first.split(' ').length, 4, first);
    await kubectl(['apply', ...STRICTLY, '-f', file]);
    assert.equal(await versions(), first);
  });

  test('takes the commands of docs/monitoring.md', async () => {
    for (const command of operatorCommands()) {
      const [program, ...args] = command.split(' ');
      assert.equal(program, 'kubectl', command);
      await kubectl(args.map((arg) => (arg.startsWith('dist/') ? join(root, arg) : arg)));
    }
  });

  for (const [kind, props] of [
    ['ServiceMonitor', { mtargetPort: 8090, monitor: { intervalSeconds: 5, labels: { release: 'prometheus' } } }],
    ['PodMonitor', { monitor: { path: '/metrics' } }],
  ] as const) {
    test(`takes the ${kind} of one ElasticWeb`, async () => {
      const spec = {
        image: 'nginx:1.29',
        port: 80,
        podPort: 8080,
        singlePodQPS: 500,
        serviceType: 'ClusterIP',
      } as const;
      const name = kind.toLowerCase();
      const manifests = charted((scope) => new ElasticWeb(scope, name, { ...spec, ...props }));
      assert.ok(manifests.some((one) => one.kind === kind));
      await kubectl(['apply', ...STRICTLY, `--namespace=${world.namespace}`, '-f', '-'], Yaml.stringify(...manifests));
    });
  }
});
