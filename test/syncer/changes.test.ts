import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '../../src/kube/resource.ts';
import { changesBetween } from '../../src/syncer/changes.ts';

const object = (spec: object, metadata: object = {}): KubeObject =>
  ({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', ...metadata }, spec }) as KubeObject;
const pod = (container: object, replicas = 1) =>
  object({ replicas, template: { spec: { containers: [{ name: 'web', ...container }] } } });

const cases = [
  { name: 'nothing', before: pod({ image: 'a:1' }), after: pod({ image: 'a:1' }), told: '' },
  { name: 'the number of pods alone', before: pod({}, 1), after: pod({}, 5), told: '' },
  {
    name: 'an image, beside the number of pods',
    before: pod({ image: 'a:1' }, 1),
    after: pod({ image: 'a:2' }, 5),
    told: 'spec.template.spec.containers[web].image from a:1 to a:2',
  },
  {
    name: 'what came and what went',
    before: pod({ workingDir: '/a' }),
    after: pod({ tty: true }),
    told: 'spec.template.spec.containers[web].workingDir from /a to none, spec.template.spec.containers[web].tty from none to true',
  },
  {
    name: 'a variable, whose value may be a secret',
    before: pod({ env: [{ name: 'A', value: 'geheim' }] }),
    after: pod({ env: [{ name: 'A', value: 'anders' }] }),
    told: 'spec.template.spec.containers[web].env[A].value',
  },
  {
    name: 'arguments',
    before: pod({ args: ['--token=1'] }),
    after: pod({ args: ['--token=2'] }),
    told: 'spec.template.spec.containers[web].args[0]',
  },
  {
    name: 'more than anybody reads',
    before: object({ a: 1, b: 1, c: 1, d: 1, e: 1 }),
    after: object({ a: 2, b: 2, c: 2, d: 2, e: 2 }),
    told: 'spec.a from 1 to 2, spec.b from 1 to 2, spec.c from 1 to 2 and 2 more',
  },
  {
    name: 'something long',
    before: object({ a: 'x' }),
    after: object({ a: 'y'.repeat(100) }),
    told: 'spec.a',
  },
  {
    name: 'a label that somebody stripped',
    before: object({}, { labels: {} }),
    after: object({}, { labels: { app: 'web' } }),
    told: 'metadata.labels.app from none to web',
  },
  {
    name: 'an owner',
    before: object({}),
    after: object({}, { ownerReferences: [{ name: 'web', uid: 'u' }] }),
    told: 'metadata.ownerReferences',
  },
] as const;

for (const { name, before, after, told } of cases) {
  test(`what changed is told: ${name}`, () => {
    assert.equal(changesBetween(before, after), told);
  });
}
