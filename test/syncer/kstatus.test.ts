/** The oracle that judges histories of the cluster is itself held against kstatus' published rules. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { kstatusOf, type Verdict } from '../cluster/kstatus.ts';
import { deployment, service, web } from './objects.ts';

type Told = readonly [type: string, status: string, reason?: string];
const conditions = (...told: readonly Told[]) =>
  told.map(([type, status, reason = 'Any']) => ({ type, status, reason }));
/** An object of a kind for which kstatus has no rules of its own, of generation 2. */
const any = (status: object, metadata: object = {}) => ({
  ...web(),
  metadata: { ...web().metadata, ...metadata },
  status,
});
const rolledOut = conditions(['Progressing', 'True', 'NewReplicaSetAvailable'], ['Available', 'True']);
const pods = (of: number, more: object = {}) => ({
  ...{ replicas: of, updatedReplicas: of, readyReplicas: of, availableReplicas: of, conditions: rolledOut },
  ...more,
});
const withDeadline = (replicas: number, status: object) => {
  const live = deployment(replicas, status);
  return { ...live, spec: { ...live.spec, progressDeadlineSeconds: 600 } };
};
const balanced = (clusterIP: object) => service([{ port: 80 }], { spec: { type: 'LoadBalancer', ...clusterIP } });

const rows: readonly { name: string; object: Parameters<typeof kstatusOf>[0]; verdict: Verdict }[] = [
  { name: 'nothing that speaks of its state', object: any({}), verdict: 'Current' },
  { name: 'being deleted, whatever else', object: any({ observedGeneration: 1 }, { deletionTimestamp: 'now' }), verdict: 'Terminating' }, // prettier-ignore
  { name: 'the default of our schema', object: any({ observedGeneration: -1 }), verdict: 'InProgress' },
  { name: 'an older generation, which was ready', object: any({ observedGeneration: 1, conditions: conditions(['Ready', 'True']) }), verdict: 'InProgress' }, // prettier-ignore
  { name: 'ready', object: any({ observedGeneration: 2, conditions: conditions(['Ready', 'True']) }), verdict: 'Current' }, // prettier-ignore
  {
    name: 'ready, without a generation',
    object: any({ conditions: conditions(['Ready', 'True']) }),
    verdict: 'Current',
  },
  { name: 'not ready', object: any({ conditions: conditions(['Ready', 'False']) }), verdict: 'InProgress' },
  { name: 'perhaps ready', object: any({ conditions: conditions(['Ready', 'Unknown']) }), verdict: 'InProgress' },
  { name: 'ready and reconciling', object: any({ conditions: conditions(['Ready', 'True'], ['Reconciling', 'True']) }), verdict: 'InProgress' }, // prettier-ignore
  { name: 'ready and not reconciling', object: any({ conditions: conditions(['Reconciling', 'False'], ['Ready', 'True']) }), verdict: 'Current' }, // prettier-ignore
  { name: 'stalled', object: any({ conditions: conditions(['Ready', 'False'], ['Stalled', 'True']) }), verdict: 'Failed' }, // prettier-ignore
  { name: 'stalled, and reconciling after it', object: any({ conditions: conditions(['Stalled', 'True'], ['Reconciling', 'True']) }), verdict: 'Failed' }, // prettier-ignore
  { name: 'a Deployment whose pods are there', object: withDeadline(2, pods(2)), verdict: 'Current' },
  { name: 'a Deployment that is asked for more', object: withDeadline(3, pods(2)), verdict: 'InProgress' },
  {
    name: 'a Deployment with an old pod left',
    object: withDeadline(2, pods(2, { replicas: 3 })),
    verdict: 'InProgress',
  },
  { name: 'a Deployment with pods that are not available', object: withDeadline(2, pods(2, { availableReplicas: 1 })), verdict: 'InProgress' }, // prettier-ignore
  { name: 'a Deployment whose rollout is not told as done', object: withDeadline(2, pods(2, { conditions: [] })), verdict: 'InProgress' }, // prettier-ignore
  { name: 'a Deployment past its deadline', object: withDeadline(2, { conditions: conditions(['Progressing', 'False', 'ProgressDeadlineExceeded']) }), verdict: 'Failed' }, // prettier-ignore
  { name: 'a Service', object: service([{ port: 80 }]), verdict: 'Current' },
  { name: 'a load balancer without an address', object: balanced({ clusterIP: '10.0.0.1' }), verdict: 'Current' },
  { name: 'a load balancer without anything', object: balanced({}), verdict: 'InProgress' },
];

for (const { name, object, verdict } of rows) {
  test(`kstatus: ${name} is ${verdict}`, () => assert.equal(kstatusOf(object), verdict));
}
