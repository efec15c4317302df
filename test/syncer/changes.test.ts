import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '../../src/kube/resource.ts';
import { changesBetween } from '../../src/syncer/changes.ts';

const object = (spec: object, metadata: object = {}): KubeObject =>
  ({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', ...metadata }, spec }) as KubeObject;
const pod = (container: object, replicas = 1) =>
  object({ replicas, template: { spec: { containers: [{ name: 'web', ...container }] } } });

/** A value at a place such as `lifecycle.preStop`. */
const under = (place: string, value: object): object =>
  place.split('.').reduceRight<object>((inner, step) => ({ [step]: inner }), value);

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
  ...['livenessProbe', 'readinessProbe', 'startupProbe', 'lifecycle.preStop', 'lifecycle.postStart'].map((place) => ({
    name: `a header of ${place}, which may be a password`,
    before: pod(under(place, { httpGet: { httpHeaders: [{ name: 'Authorization', value: 'Bearer old-secret' }] } })),
    after: pod(under(place, { httpGet: { httpHeaders: [{ name: 'Authorization', value: 'Bearer new-secret' }] } })),
    told: `spec.template.spec.containers[web].${place}.httpGet.httpHeaders[Authorization].value`,
  })),
  {
    name: 'the path of a probe, which may hold a token',
    before: pod({ livenessProbe: { httpGet: { path: '/ok?token=1', port: 1 } } }),
    after: pod({ livenessProbe: { httpGet: { path: '/ok?token=2', port: 2 } } }),
    told: 'spec.template.spec.containers[web].livenessProbe.httpGet.path, spec.template.spec.containers[web].livenessProbe.httpGet.port from 1 to 2',
  },
  {
    name: 'the command of a probe',
    before: pod({ livenessProbe: { exec: { command: ['check', '--password=1'] } } }),
    after: pod({ livenessProbe: { exec: { command: ['check', '--password=2'] } } }),
    told: 'spec.template.spec.containers[web].livenessProbe.exec.command[1]',
  },
  {
    name: 'an annotation of the pods, which may hold a credential; its name is told',
    before: object({ template: { metadata: { annotations: { 'example.com/key': 'old' } } } }),
    after: object({ template: { metadata: { annotations: { 'example.com/key': 'new' } } } }),
    told: 'spec.template.metadata.annotations.example.com/key',
  },
  {
    name: 'an annotation of its own',
    before: object({}, { annotations: { 'example.com/key': 'old' } }),
    after: object({}, { annotations: { 'example.com/key': 'new', other: 'x' } }),
    told: 'metadata.annotations.example.com/key, metadata.annotations.other',
  },
  {
    name: 'what somebody else mounts',
    before: object({ template: { spec: { volumes: [{ name: 'v', csi: { volumeAttributes: { token: '1' } } }] } } }),
    after: object({ template: { spec: { volumes: [{ name: 'v', csi: { volumeAttributes: { token: '2' } } }] } } }),
    told: 'spec.template.spec.volumes[v].csi.volumeAttributes.token',
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
];

for (const { name, before, after, told } of cases) {
  test(`what changed is told: ${name}`, () => {
    assert.equal(changesBetween(before, after), told);
  });
}
