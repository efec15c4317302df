/** Objects that make no sense are refused by name of the field, or stall and say why; they never stop the others. */

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { ElasticWebSpec } from '../../src/api/types.ts';
import { ELASTIC_WEB } from '../../src/syncer/kinds.ts';
import { conditionOf, SMALL, useWorld } from './world.ts';

const world = await useWorld();

/** What the API server refuses: the object's name, what is wrong with its spec, and what the message must say. */
const refused: readonly (readonly [name: string, spec: object, message: RegExp])[] = [
  ['no-qps', { singlePodQPS: 0 }, /spec\.singlePodQPS.*greater than or equal to 1/],
  ['huge-pod', { singlePodQPS: 1e300 }, /spec\.singlePodQPS/],
  ['huge-load', { totalQPS: 2 ** 31 }, /spec\.totalQPS.*less than or equal to 2147483647/],
  ['half-pod', { singlePodQPS: 0.5 }, /spec\.singlePodQPS.*integer/],
  ['text-qps', { singlePodQPS: '500' }, /spec\.singlePodQPS.*integer/],
  ['no-port', { port: 0 }, /spec\.port.*greater than or equal to 1/],
  ['high-port', { podPort: 65_536 }, /spec\.podPort.*less than or equal to 65535/],
  ['negative', { replicas: -1 }, /spec\.replicas.*greater than or equal to 0/],
  ['no-image', { image: undefined }, /spec\.image: Required value/],
  ['internal', { nodePort: 30_100 }, /spec\.nodePort must not be set with serviceType ClusterIP/],
  ['crossed', { autoscaling: { minReplicas: 3, maxReplicas: 2 } }, /spec\.autoscaling\.minReplicas must not be above/],
  ['stranger', { targetPort: 'grpc' }, /spec\.targetPort must be a number or the value of spec\.name/],
  ['protocol', { protocol: 'SCTP' }, /spec\.protocol.*supported values: "TCP", "UDP"/],
  ['amount', { resources: { limits: { cpu: 'much' } } }, /spec\.resources\.limits\.cpu/],
  ['hijacker', { podLabels: { app: 'other' } }, /spec\.podLabels must not set/],
  ['typo', { imagePulPolicy: 'Always' }, /unknown field "spec\.imagePulPolicy"/],
  ['x'.repeat(64), {}, /metadata\.name must be a DNS-1035 label.*at most 63/],
  ['1st', {}, /metadata\.name must be a DNS-1035 label.*beginning with a letter/],
  ['x'.repeat(56), { mtargetPort: 9090 }, /metadata\.name must have at most 55 characters with spec\.mtargetPort/],
];

test('the API server refuses what cannot be, and names the field', async () => {
  const manifests = refused.map(([name, spec]) =>
    JSON.stringify({
      apiVersion: ELASTIC_WEB.apiVersion,
      kind: ELASTIC_WEB.kind,
      metadata: world.named(name),
      spec: { ...SMALL, ...spec },
    }),
  );

  const { code, stdout, stderr } = await world.tryApply(manifests.join('\n---\n'));

  assert.notEqual(code, 0);
  assert.equal(stdout, '', 'nothing was made');
  for (const [name, , message] of refused) {
    const answer = stderr.split(/^(?=Error from server|The ElasticWeb )/m).find((text) => text.includes(`"${name}"`));
    assert.match(answer ?? `no answer about ${name}: ${stderr}`, message);
  }
});

interface Stalling {
  readonly name: string;
  readonly spec: Partial<ElasticWebSpec>;
  readonly message: RegExp;
  /** A merge patch of the spec that heals it. */
  readonly cure: Readonly<Record<string, unknown>>;
}

/** What the schema lets through, and only the child's own validation refuses. */
const stalling: readonly Stalling[] = [
  {
    name: 'requests above limits',
    spec: { resources: { limits: { cpu: '100m' }, requests: { cpu: '200m' } } },
    message: /Deployment .*requests.*must be less than or equal to cpu limit/s,
    cure: { resources: { requests: { cpu: '100m' } } },
  },
  {
    name: 'an operator that affinity does not know',
    spec: {
      affinity: {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: {
            nodeSelectorTerms: [{ matchExpressions: [{ key: 'disk', operator: 'Is', values: ['ssd'] }] }],
          },
        },
      },
    },
    message: /Deployment .*operator.*"Is"/s,
    cure: { affinity: null },
  },
  {
    name: 'a label value that is none',
    spec: { podLabels: { team: 'no spaces' } },
    message: /labels.*a valid label must be/s,
    cure: { podLabels: { team: 'no-spaces' } },
  },
  {
    name: 'an annotation called constructor',
    spec: { podAnnotations: { constructor: 'x' } },
    message: /podAnnotations\.constructor: cannot be rendered/,
    cure: { podAnnotations: null },
  },
  {
    name: 'a probe with two kinds of check',
    spec: { readinessProbe: { httpGet: { port: 80 }, tcpSocket: { port: 80 } } },
    message: /readinessProbe.*may not specify more than 1 handler type/s,
    cure: { readinessProbe: { httpGet: null } },
  },
  {
    name: 'Recreate with settings of rolling updates',
    spec: { strategy: { type: 'Recreate', rollingUpdate: { maxSurge: 1 } } },
    message: /rollingUpdate.*may not be specified when strategy `type` is 'Recreate'/s,
    cure: { strategy: { rollingUpdate: null } },
  },
  {
    name: 'a source range that is none',
    spec: { serviceType: 'LoadBalancer', service: { loadBalancerSourceRanges: ['10.0.0.0/99'] } },
    message: /LoadBalancerSourceRanges.*10\.0\.0\.0\/99/s,
    cure: { service: null },
  },
];

suite('stalls as InvalidSpec, and heals when it is changed:', { concurrency: 4 }, () => {
  for (const [index, { name, spec, message, cure }] of stalling.entries()) {
    test(name, async () => {
      const web = `stalling-${index}`;
      await world.create(web, spec);

      const stalled = await world.notReady(web, 'InvalidSpec');

      assert.equal(conditionOf(stalled, 'Stalled')?.status, 'True');
      assert.equal(conditionOf(stalled, 'Reconciling'), undefined);
      assert.match(conditionOf(stalled, 'Ready')?.message ?? '', message);
      // Others are served meanwhile.
      await world.settled();

      await world.change(web, cure);
      const healed = await world.ready(web);
      assert.equal(conditionOf(healed, 'Stalled'), undefined);
    });
  }
});

test('a running ElasticWeb that is changed to what cannot be goes on running as it was', async () => {
  await world.create('running', { replicas: 1 });
  await world.ready('running');
  const before = await world.deployment('running');

  await world.change('running', { resources: { limits: { cpu: '1' }, requests: { cpu: '2' } } });

  const stalled = await world.notReady('running', 'InvalidSpec');
  assert.equal(stalled.status?.readyReplicas, 1);
  assert.equal((await world.deployment('running'))?.metadata.generation, before?.metadata.generation);
});

test('a refusal of more words than a status can hold is told as far as it goes', async () => {
  const env = Array.from({ length: 256 }, (_, index) => ({ name: `no=${index}${'x'.repeat(200)}`, value: '' }));
  await world.create('verbose', { env });

  const stalled = await world.notReady('verbose', 'InvalidSpec');

  assert.match(conditionOf(stalled, 'Ready')?.message ?? '', /spec\.template\.spec\.containers\[0\]\.env\[0\]\.name/);
});
