/** What the syncer says about an ElasticWeb: the table of states, and the rules that hold in every one of them. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { schemaErrors } from '../../src/api/check.ts';
import { TERMINAL_REASONS, type TransientReason } from '../../src/api/conditions.ts';
import { status as statusSchema } from '../../src/api/status.ts';
import type { Condition, ElasticWebStatus } from '../../src/api/types.ts';
import type { Rollout } from '../../src/syncer/rollout.ts';
import { deploymentState, type Findings, type Outcome, serviceState, statusOf } from '../../src/syncer/status.ts';
import { assertConventions } from '../cluster/conventions.ts';
import { deployment, service, web } from './objects.ts';

const NOW = new Date('2026-01-02T03:04:05.678Z');
const NOW_TEXT = '2026-01-02T03:04:05Z';

function findings(outcome: Outcome, more: Partial<Findings> = {}): Findings {
  return {
    web: web(),
    outcome,
    deployment: deployment(2, { replicas: 2, readyReplicas: 1 }),
    deploymentState: undefined,
    serviceState: undefined,
    decision: {
      ...{ replicas: 2, recommendedReplicas: undefined, isProvisional: false },
      ...{ active: undefined, limited: undefined },
    },
    scaling: undefined,
    scaleTime: undefined,
    now: NOW,
    ...more,
  };
}

const rollout = (kind: Exclude<Rollout['kind'], 'unseen'>): Outcome => ({
  kind: 'rollout',
  rollout: { kind, message: 'so it is' },
});
const UNSEEN: Outcome = { kind: 'rollout', rollout: { kind: 'unseen' } };

/** Status and reason of the three conditions that sum up. */
function summary({ conditions = [] }: ElasticWebStatus): Record<string, string> {
  const said = conditions.filter(({ type }) => ['Ready', 'Reconciling', 'Stalled'].includes(type));
  return Object.fromEntries(said.map(({ type, status, reason }) => [type, `${status} ${reason}`]));
}

const table: readonly { state: string; findings: Findings; says: Record<string, string> }[] = [
  {
    state: 'rolling out',
    findings: findings(rollout('progressing')),
    says: { Ready: 'False Progressing', Reconciling: 'True Progressing' },
  },
  { state: 'serving', findings: findings(rollout('serving')), says: { Ready: 'True Available' } },
  {
    state: 'pods cannot be created',
    findings: findings(rollout('failing')),
    says: { Ready: 'False ReplicaFailure', Reconciling: 'True ProgressingWithRetry' },
  },
  {
    state: 'rollout deadline exceeded',
    findings: findings(rollout('stuck')),
    says: { Ready: 'False ProgressDeadlineExceeded', Stalled: 'True ProgressDeadlineExceeded' },
  },
  {
    state: 'made just now',
    findings: findings(UNSEEN),
    says: { Ready: 'False Progressing', Reconciling: 'True Progressing' },
  },
  {
    state: 'a transient error',
    findings: findings({ kind: 'transient', reason: 'NodePortConflict', message: 'taken' }),
    says: { Ready: 'False NodePortConflict', Reconciling: 'True ProgressingWithRetry' },
  },
  ...TERMINAL_REASONS.map((reason) => ({
    state: `the object must change: ${reason}`,
    findings: findings({ kind: 'terminal', reason, message: 'no' }),
    says: { Ready: `False ${reason}`, Stalled: `True ${reason}` },
  })),
  { state: 'suspended', findings: findings({ kind: 'suspended' }), says: { Ready: 'True Suspended' } },
  {
    state: 'suspended before it was made',
    findings: findings({ kind: 'suspended' }, { deployment: undefined }),
    says: { Ready: 'False Suspended' },
  },
];

for (const { state, findings, says } of table) {
  test(`statusOf: ${state}`, () => {
    assert.deepEqual(summary(statusOf(findings)), says);
  });
}

test('statusOf: the numbers', () => {
  const status = statusOf(findings(rollout('serving'), { scaleTime: NOW }));

  assert.equal(status.observedGeneration, 2);
  assert.equal(status.replicas, 2);
  assert.equal(status.readyReplicas, 1);
  assert.equal(status.desiredReplicas, 2);
  assert.equal(status.realQPS, 500);
  assert.equal(status.selector, 'app.kubernetes.io/instance=shop,app.kubernetes.io/name=elasticweb');
  assert.equal(status.lastScaleTime, NOW_TEXT);
});

test('statusOf: what is not known of the Deployment stays as it was told', () => {
  const serving: Rollout = { kind: 'serving', message: 'so it is' };
  const told = statusOf(findings(rollout('serving'), { deploymentState: deploymentState(serving) }));
  const unknown = { web: web(told), deployment: 'unknown' } as const;

  for (const outcome of [{ kind: 'transient', reason: 'Forbidden', message: 'no' }, { kind: 'suspended' }] as const) {
    const { replicas, readyReplicas, realQPS } = statusOf(findings(outcome, unknown));
    assert.deepEqual([replicas, readyReplicas, realQPS], [2, 1, 500], outcome.kind);
  }
  assert.deepEqual(summary(statusOf(findings({ kind: 'suspended' }, unknown))), { Ready: 'True Suspended' });
  const untold = statusOf(findings({ kind: 'suspended' }, { ...unknown, web: web() }));
  assert.deepEqual([untold.replicas, summary(untold)], [0, { Ready: 'False Suspended' }]);
});

test('statusOf: the load behind the last decision is told as people read it, with what is remembered, and not without', () => {
  const status = (observedMilliQPS?: number) =>
    statusOf(
      findings(rollout('serving'), {
        scaling: { reason: 'any', ...(observedMilliQPS !== undefined && { observedMilliQPS }) },
      }),
    ).observedQPS;

  assert.deepEqual([1_234_500, 333, 98_765_432_100, 0].map(status), ['1234.5', '0.333', '98765432', '0']);
  assert.equal(status(), undefined);
});

test('statusOf: an object of an older schema that does not say what a pod serves has no realQPS', () => {
  const old = { ...web(), spec: undefined as unknown as Findings['web']['spec'] };

  assert.equal('realQPS' in statusOf(findings(rollout('serving'), { web: old })), false);
});

test('statusOf: while the Deployment controller has not looked yet, what was said before stands', () => {
  const before = statusOf(
    findings(rollout('serving'), { web: { ...web(), metadata: { ...web().metadata, generation: 1 } } }),
  );

  const status = statusOf(findings(UNSEEN, { web: web(before) }));

  assert.equal(status.observedGeneration, 1);
  assert.deepEqual(summary(status), { Ready: 'True Available' });
});

test('statusOf: what claims to speak of a generation that never was does not stand', () => {
  const forged = { ...statusOf(findings(rollout('serving'))), observedGeneration: 7 };

  const status = statusOf(findings(UNSEEN, { web: web(forged) }));

  assert.equal(status.observedGeneration, 2);
  assert.equal(summary(status).Ready, 'False Progressing');
});

test('statusOf: a message that nobody could read is cut', () => {
  const message = 'x'.repeat(100_000);

  const [ready] = statusOf(findings({ kind: 'terminal', reason: 'InvalidSpec', message })).conditions ?? [];

  assert.equal(ready?.message.length, 4096);
  assert.ok(ready.message.endsWith('x…'));
});

test('statusOf: a message that is cut has no half of a character, which the API server would store otherwise, again and again', () => {
  for (const before of [4094, 4095, 4096]) {
    const message = `${'x'.repeat(before)}${'😀'.repeat(100)}`;

    const [ready] = statusOf(findings({ kind: 'transient', reason: 'ApplyFailed', message })).conditions ?? [];

    const told = ready?.message ?? '';
    assert.ok(told.endsWith('…') && told.isWellFormed());
    assert.ok(told.length <= 4096);
  }
});

test('statusOf: a message is one line that prints as it is, whatever the names in it', () => {
  const message = 'Secret "x\n\u001b[2J\u009b31m\u202e" is in the way';

  const { conditions = [] } = statusOf(findings({ kind: 'terminal', reason: 'NameConflict', message }));

  assert.deepEqual(
    new Set(conditions.map((condition) => condition.message)),
    new Set(['Secret "x \\u001b[2J\\u009b31m\\u202e" is in the way']),
  );
});

test('serviceState: a load balancer without an address is ready, and told', () => {
  const ports = [{ port: 80 }];
  const balanced = (status: object) => service(ports, { spec: { type: 'LoadBalancer', ports }, status });

  assert.match(serviceState(balanced({})).message, /no address yet/);
  assert.equal(serviceState(balanced({})).ready, true);
  assert.equal(
    serviceState(balanced({ loadBalancer: { ingress: [{ ip: '192.0.2.1' }] } })).message,
    'the Service is applied',
  );
  assert.equal(serviceState(service(ports)).message, 'the Service is applied');
});

/** Anything that a pass may have found. */
const anyRollout = fc.oneof(
  fc.constant<Rollout>({ kind: 'unseen' }),
  fc.record({ kind: fc.constantFrom('progressing', 'serving', 'failing', 'stuck'), message: fc.string() }),
);
const transient: readonly TransientReason[] = ['WaitingForGarbageCollection', 'NodePortConflict', 'ApplyFailed'];
const anyOutcome: fc.Arbitrary<Outcome> = fc.oneof(
  fc.record({ kind: fc.constant('rollout'), rollout: anyRollout }),
  fc.constant<Outcome>({ kind: 'suspended' }),
  fc.record({ kind: fc.constant('terminal'), reason: fc.constantFrom(...TERMINAL_REASONS), message: fc.string() }),
  fc.record({ kind: fc.constant('transient'), reason: fc.constantFrom(...transient), message: fc.string() }),
);
const maybe = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: undefined });
const judgement = maybe(fc.record({ status: fc.boolean(), reason: fc.constant('Any'), message: fc.string() }));
const anyFindings: fc.Arbitrary<Omit<Findings, 'web'>> = fc.record({
  outcome: anyOutcome,
  deployment: maybe(fc.nat(5).map((pods) => deployment(pods, { replicas: pods, readyReplicas: pods }))),
  deploymentState: maybe(anyRollout.map(deploymentState)),
  serviceState: maybe(fc.constant(serviceState(service([{ port: 80 }])))),
  decision: maybe(
    fc.record({
      replicas: fc.nat(100),
      recommendedReplicas: maybe(fc.nat(100)),
      isProvisional: fc.boolean(),
      active: judgement,
      limited: judgement,
    }),
  ),
  scaling: fc.constant(undefined),
  scaleTime: maybe(fc.date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true })),
  now: fc.date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true }),
});

/** The findings of passes over one object, one after the other; each sees the status of the one before. */
function statusesOf(passes: readonly Omit<Findings, 'web'>[]): ElasticWebStatus[] {
  const statuses: ElasticWebStatus[] = [];
  for (const pass of passes) statuses.push(statusOf({ ...pass, web: web(statuses.at(-1)) }));
  return statuses;
}

test('statusOf: whatever happens, each status follows the conventions and fits the schema', () => {
  fc.assert(
    fc.property(fc.array(anyFindings, { minLength: 1, maxLength: 5 }), (passes) => {
      for (const status of statusesOf(passes)) {
        assertConventions(web(status));
        assert.deepEqual(schemaErrors(status, statusSchema, 'status'), []);
      }
    }),
  );
});

test('statusOf: equal findings give an equal status, however much later', () => {
  fc.assert(
    fc.property(
      anyFindings,
      fc.date({ noInvalidDate: true, min: new Date(0), max: new Date('2100-01-01') }),
      (pass, later) => {
        const [first, second] = statusesOf([
          { ...pass, scaleTime: undefined },
          { ...pass, scaleTime: undefined, now: later },
        ]);
        assert.deepEqual(second, first);
      },
    ),
  );
});

test('statusOf: the time of a condition moves with its status, and only then', () => {
  fc.assert(
    fc.property(anyFindings, anyFindings, (one, two) => {
      const [before, after] = statusesOf([one, two]);
      const find = ({ conditions = [] }: ElasticWebStatus = {}, type = ''): Condition | undefined =>
        conditions.find((condition) => condition.type === type);
      for (const { type, status, lastTransitionTime } of after?.conditions ?? []) {
        const previous = find(before, type);
        const expected =
          previous?.status === status ? previous.lastTransitionTime : `${two.now.toISOString().slice(0, 19)}Z`;
        assert.equal(lastTransitionTime, expected);
      }
    }),
  );
});
