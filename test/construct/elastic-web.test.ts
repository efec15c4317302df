/** The construct as people use it: names, defaults, what wins, and what it says when the props make no sense. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { App, Chart } from 'cdk8s';
import { parseAllDocuments } from 'yaml';
import { ElasticWeb, type ElasticWebProps } from '../../src/construct/elastic-web.ts';
import { InvalidPropsError } from '../../src/construct/invalid-props.ts';
import type { Manifest } from '../../src/construct/manifest.ts';
import { render } from '../../src/construct/render.ts';
import { deepFreeze, elasticWeb, type JsonObject } from '../api/objects.ts';
import { asYaml, charted, childrenOf, roles, validElasticWeb } from './rendered.ts';

const shop: ElasticWebProps = { image: 'nginx:1.29', port: 80, podPort: 8080, singlePodQPS: 500 };
/** Props as JavaScript may give them, whatever the types say. */
const asProps = (props: object) => props as ElasticWebProps;

const made = (props: object = {}, id = 'shop') =>
  charted((scope) => new ElasticWeb(scope, id, asProps({ ...shop, ...props })));
const replicasOf = (manifests: readonly Manifest[]) => roles(manifests).deployment.spec.replicas;

test('children are named after the construct, or by metadata.name', () => {
  const namesOf = (manifests: readonly Manifest[]) => manifests.map(({ metadata }) => metadata.name);
  assert.deepEqual(namesOf(made({ mtargetPort: 8090 })), ['shop', 'shop', 'shop-metrics']);
  assert.deepEqual(namesOf(made({ metadata: { name: 'web' } })), ['web', 'web']);
});

test('children are in the namespace of the chart, or in metadata.namespace', () => {
  const namespacesOf = (props: object, namespace?: string) =>
    charted(
      (scope) => new ElasticWeb(scope, 'shop', asProps({ ...shop, ...props })),
      namespace === undefined ? {} : { namespace },
    ).map(({ metadata }) => metadata.namespace);
  assert.deepEqual(namespacesOf({}), [undefined, undefined]);
  assert.deepEqual(namespacesOf({}, 'dev'), ['dev', 'dev']);
  assert.deepEqual(namespacesOf({ metadata: { namespace: 'prod' } }, 'dev'), ['prod', 'prod']);
});

test('the place in the tree of constructs leaves no trace in the manifests', () => {
  const [flat, deep] = [new Chart(new App(), 'one'), new Chart(new Chart(new App(), 'a'), 'b')].map((chart, index) => {
    const web = new ElasticWeb(chart, `id-${index}`, { ...shop, metadata: { name: 'shop' } });
    return asYaml([web.deployment.toJson() as Manifest, web.service.toJson() as Manifest]);
  });
  assert.equal(flat, deep);
});

test('labels and annotations of the user reach every child; those of the product win', () => {
  const metadata = {
    labels: { team: 'shop', app: 'other', 'app.kubernetes.io/name': 'other', 'app.kubernetes.io/instance': 'other' },
    annotations: { 'example.com/owner': 'shop' },
  };
  for (const child of made({ metadata, mtargetPort: 8090 })) {
    assert.deepEqual(child.metadata.labels, {
      team: 'shop',
      app: 'shop',
      'app.kubernetes.io/name': 'elasticweb',
      'app.kubernetes.io/instance': 'shop',
      'app.kubernetes.io/managed-by': 'elasticweb',
    });
    assert.deepEqual(child.metadata.annotations, { 'example.com/owner': 'shop' });
  }
});

test('the labels of the chart reach the children, but neither selectors nor pods', () => {
  const chart = { labels: { 'app.kubernetes.io/part-of': 'shop' } };
  const manifests = charted((scope) => new ElasticWeb(scope, 'shop', shop), chart);
  const { deployment, service } = roles(manifests);
  for (const child of [deployment, service]) assert.equal(child.metadata.labels?.['app.kubernetes.io/part-of'], 'shop');
  assert.equal(deployment.spec.template.metadata.labels['app.kubernetes.io/part-of'], undefined);
  assert.deepEqual(deployment.spec.selector, roles(made()).deployment.spec.selector);
});

test('the annotations of the Service are its own, and win there', () => {
  const manifests = made({
    metadata: { annotations: { a: 'all' } },
    service: { annotations: { a: 'service', b: 'service' } },
    mtargetPort: 8090,
  });
  assert.deepEqual(
    manifests.map(({ metadata }) => metadata.annotations),
    [{ a: 'all' }, { a: 'service', b: 'service' }, { a: 'all' }],
  );
});

const replicas = [
  { name: '1 without a declared load', props: {}, pods: 1 },
  { name: 'what the declared load needs: 700 QPS at 500 a pod', props: { totalQPS: 700 }, pods: 2 },
  { name: '0 for no load', props: { totalQPS: 0 }, pods: 0 },
  { name: 'the given number, whatever the load', props: { totalQPS: 700, replicas: 5 }, pods: 5 },
  { name: '0 if given', props: { totalQPS: 700, replicas: 0 }, pods: 0 },
  { name: 'left out for someone else who scales', props: { totalQPS: 700, replicas: 'External' }, pods: undefined },
  {
    name: 'the given number although autoscaling is set',
    props: { autoscaling: { maxReplicas: 9 }, replicas: 4 },
    pods: 4,
  },
  {
    name: 'left out with autoscaling, too',
    props: { autoscaling: { maxReplicas: 9 }, replicas: 'External' },
    pods: undefined,
  },
] as const;
for (const { name, props, pods } of replicas) {
  test(`the number of pods is ${name}`, () => {
    assert.equal(replicasOf(made(props)), pods);
  });
}

test('volumes, a service account and its token are for code to give', () => {
  const pod = roles(
    made({
      volumes: [{ name: 'cache', emptyDir: {} }],
      volumeMounts: [{ name: 'cache', mountPath: '/cache' }],
      serviceAccountName: 'shop',
      automountServiceAccountToken: true,
    }),
  ).deployment.spec.template.spec;
  assert.deepEqual(pod.volumes, [{ name: 'cache', emptyDir: {} }]);
  assert.deepEqual(pod.containers[0].volumeMounts, [{ name: 'cache', mountPath: '/cache' }]);
  assert.equal(pod.serviceAccountName, 'shop');
  assert.equal(pod.automountServiceAccountToken, true);
});

test('a prop that is undefined is one that is not given', () => {
  const nothing = Object.fromEntries(
    [
      'protocol',
      'name',
      'serviceType',
      'targetPort',
      'replicas',
      'autoscaling',
      'service',
      'volumes',
      'currentNodePort',
    ].map((field) => [field, undefined]),
  );
  const metadata = { namespace: undefined, labels: undefined, annotations: undefined, ownerReferences: undefined };
  assert.equal(asYaml(made({ ...nothing, metadata })), asYaml(made()));
});

test('props are left as they are', () => {
  const props = deepFreeze({
    ...shop,
    podLabels: { tier: 'web' },
    metadata: { labels: { a: 'b' } },
    volumes: [{ name: 'a' }],
  });
  assert.doesNotThrow(() => made(props));
});

const needsSyncer =
  'autoscaling: needs the syncer, which works on the custom resource: write it with ElasticWebResource, or give replicas (a number, or External when an HPA scales)';
const wrongProps: readonly {
  readonly name: string;
  readonly props: object;
  readonly id?: string;
  readonly errors: readonly string[];
}[] = [
  {
    name: 'all that is wrong',
    props: { image: '', port: 0, podPort: undefined, protocol: 'SCTP', volume: [], replicas: -1, currentNodePort: 0 },
    errors: [
      'podPort: is required',
      'image: must be a non-empty text of at most 1024 characters that matches ^[!-~]+$, got ""',
      'port: must be a whole number from 1 to 65535, got 0',
      'protocol: must be one of TCP, UDP, got "SCTP"',
      'volume: is not a known field',
      'replicas: must be a whole number from 0 to 2147483647, or External, got -1',
      'currentNodePort: must be a whole number from 1 to 65535, got 0',
    ],
  },
  {
    name: 'replicas that are neither number nor External',
    props: { replicas: 'external' },
    errors: ['replicas: must be a whole number from 0 to 2147483647, or External, got "external"'],
  },
  {
    name: 'replicas that are NaN',
    props: { replicas: NaN },
    errors: ['replicas: must be a whole number from 0 to 2147483647, or External, got null'],
  },
  { name: 'autoscaling that nobody would do', props: { autoscaling: { maxReplicas: 3 } }, errors: [needsSyncer] },
  {
    name: 'autoscaling that is wrong, too',
    props: { autoscaling: { minReplicas: 5 } },
    errors: ['autoscaling.maxReplicas: is required', needsSyncer],
  },
  {
    name: 'a combination that makes no sense',
    props: { nodePort: 30_000, serviceType: 'ClusterIP' },
    errors: ['nodePort: must not be set with serviceType ClusterIP'],
  },
  {
    name: 'an id that cannot be a name',
    props: {},
    id: 'My_Shop',
    errors: [
      'metadata.name: must be a DNS-1035 label, because it names the Service: at most 63 characters, lower-case letters, digits and "-", beginning with a letter and ending with a letter or digit',
    ],
  },
  {
    name: 'labels that Kubernetes would refuse',
    props: { metadata: { labels: { team: 'my team' }, namespace: 'Dev' } },
    errors: [
      'metadata.labels.team: must be a text of at most 63 characters that matches ^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$, got "my team"',
      'metadata.namespace: must be a text of at most 63 characters that matches ^([a-z0-9]([-a-z0-9]*[a-z0-9])?)?$, got "Dev"',
    ],
  },
  {
    name: 'a label that would leave the Service without pods',
    props: { podLabels: { app: 'other' } },
    errors: [
      'podLabels: must not set app, app.kubernetes.io/instance, app.kubernetes.io/managed-by, app.kubernetes.io/name: the Services find the pods by them',
    ],
  },
  {
    name: 'keys that cdk8s would lose or stumble over',
    props: {
      podLabels: JSON.parse('{"__proto__":"a","constructor":"b"}') as object,
      metadata: { annotations: { constructor: 'c' } },
      volumes: [{ name: 'data', csi: { volumeAttributes: { constructor: 'd' } } }],
    },
    errors: [
      'metadata.annotations.constructor: cannot be rendered: cdk8s takes no key called constructor',
      'podLabels.__proto__: cannot be rendered: cdk8s takes no key called __proto__',
      'podLabels.constructor: cannot be rendered: cdk8s takes no key called constructor',
      'volumes[0].csi.volumeAttributes.constructor: cannot be rendered: cdk8s takes no key called constructor',
    ],
  },
];
for (const { name, props, id = 'shop', errors } of wrongProps) {
  test(`the construct names ${name}`, () => {
    assert.throws(
      () => made(props, id),
      (error: unknown) => {
        assert.ok(error instanceof InvalidPropsError);
        const [title, ...lines] = error.message.split('\n');
        assert.equal(title, `ElasticWeb ${id}: nothing was rendered, these props must change:`);
        assert.deepEqual(
          lines.map((line) => line.trim()),
          errors,
        );
        assert.equal(error.errors.length, errors.length);
        return true;
      },
    );
  });
}

test('keys that cdk8s would lose are welcome where nothing is rendered from them', () => {
  const metric = { type: 'External', matchLabels: JSON.parse('{"__proto__":"a","constructor":"b"}') as object };
  assert.doesNotThrow(() => made({ autoscaling: { maxReplicas: 3, metric }, replicas: 1 }));
});

test('an ElasticWeb with hostile keys fails alone: the others are rendered as before', () => {
  const before = asYaml(childrenOf(elasticWeb()));
  for (const key of ['constructor', '__proto__']) {
    const podLabels = Object.fromEntries([[key, 'bad']]) as JsonObject;
    const hostile = validElasticWeb(elasticWeb({ podLabels }));
    assert.throws(() => render(hostile, { replicas: 1 }), InvalidPropsError);
    assert.equal(asYaml(childrenOf(elasticWeb())), before);
  }
  // Keys that only look dangerous are rendered.
  const podLabels = { hasOwnProperty: 'a', toString: 'b', valueOf: 'c', prototype: 'd', value: 'e' };
  assert.partialDeepStrictEqual(
    roles(childrenOf(elasticWeb({ podLabels }))).deployment.spec.template.metadata.labels,
    podLabels,
  );
  assert.equal(Object.hasOwn(Object.prototype, 'bad'), false);
});

test('texts that YAML would read as something else stay texts', () => {
  const texts = [
    'on',
    'no',
    '~',
    'null',
    '0x1F',
    '1e3',
    '012',
    '1_000',
    '12:30:45',
    '2026-01-02',
    ' x',
    '- x',
    '#x',
    'a: b',
    '\t',
    '%',
    '\u0085',
  ];
  const env = texts.map((value, index) => ({ name: `A${index}`, value }));
  const manifests = childrenOf(elasticWeb({ env }));
  for (const version of ['1.1', '1.2'] as const) {
    const read = parseAllDocuments(asYaml(manifests), { version }).map((document) => document.toJS() as unknown);
    assert.deepEqual(read, manifests, `YAML ${version}`);
  }
});

test('a render that makes the resource the owner needs its uid', () => {
  const resource = validElasticWeb(elasticWeb());
  assert.throws(() => render(resource, { replicas: 1, owned: true }), /ElasticWeb shop: .* no uid/);
});

test('owned children name the resource as their one controller, and block its foreground deletion', () => {
  const resource = elasticWeb({ mtargetPort: 8090 }, { uid: 'abc' });
  for (const { metadata } of childrenOf(resource, { owned: true })) {
    assert.deepEqual(metadata.ownerReferences, [
      {
        apiVersion: 'elasticweb.example.com/v1',
        kind: 'ElasticWeb',
        name: 'shop',
        uid: 'abc',
        controller: true,
        blockOwnerDeletion: true,
      },
    ]);
  }
});

test('a render does not carry over what is about the resource itself', () => {
  const resource = elasticWeb(
    { suspend: true, replicas: 7 },
    { labels: { a: 'b' }, annotations: { c: 'd' }, finalizers: ['example.com/f'], resourceVersion: '5', generation: 3 },
  );
  assert.equal(asYaml(childrenOf(resource)), asYaml(childrenOf(elasticWeb())));
});

test('the parts of the construct can be reached and patched by those who need more', () => {
  const chart = new Chart(new App(), 'chart');
  const web = new ElasticWeb(chart, 'shop', { ...shop, mtargetPort: 8090 });
  assert.deepEqual(
    [web.deployment.kind, web.service.kind, web.metricsService?.name],
    ['Deployment', 'Service', 'shop-metrics'],
  );
  assert.equal(new ElasticWeb(chart, 'other', shop).metricsService, undefined);
});
