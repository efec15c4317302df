/** What users get, byte by byte: the requirements' two resources, and each feature once. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ElasticWeb } from '../../src/construct/elastic-web.ts';
import type { Manifest } from '../../src/construct/manifest.ts';
import { REQUIREMENTS } from '../api/cases.ts';
import { elasticWeb, EVERYTHING } from '../api/objects.ts';
import { assertGolden, goldenNames } from './golden.ts';
import { asYaml, charted, childrenOf } from './rendered.ts';

const shop = { image: 'nginx:1.29', port: 80, podPort: 8080, singlePodQPS: 500 };

const goldens: Readonly<Record<string, () => Manifest[]>> = {
  'requirements-basic': () => childrenOf(REQUIREMENTS.basic),
  'requirements-metrics': () => childrenOf(REQUIREMENTS.metrics),
  least: () => childrenOf(elasticWeb()),
  udp: () => childrenOf(elasticWeb({ protocol: 'UDP', name: 'dns', port: 53, podPort: 5353, targetPort: 'dns' })),
  'target-port-named': () => childrenOf(elasticWeb({ name: 'web', targetPort: 'web' })),
  'target-port-numbered': () => childrenOf(elasticWeb({ targetPort: 9000 })),
  'node-port-any': () => childrenOf(elasticWeb({ serviceType: 'NodePort' })),
  'node-port-fixed': () => childrenOf(elasticWeb({ serviceType: 'NodePort', nodePort: 30_004 })),
  'node-port-kept': () => childrenOf(elasticWeb({ serviceType: 'NodePort' }), { currentNodePort: 31_234 }),
  'load-balancer-settings': () =>
    childrenOf(
      elasticWeb({
        serviceType: 'LoadBalancer',
        nodePort: 30_004,
        service: {
          annotations: { 'service.beta.kubernetes.io/alibaba-cloud-loadbalancer-address-type': 'intranet' },
          loadBalancerClass: 'example.com/internal',
          loadBalancerSourceRanges: ['10.0.0.0/8', '2001:db8::/32'],
          externalTrafficPolicy: 'Local',
          sessionAffinity: 'ClientIP',
        },
      }),
    ),
  'cluster-ip': () => childrenOf(elasticWeb({ serviceType: 'ClusterIP', service: { sessionAffinity: 'ClientIP' } })),
  'metrics-numbered': () => childrenOf(elasticWeb({ mtargetPort: 9090 })),
  'metrics-default': () => childrenOf(elasticWeb({ mtargetPort: 'metrics' })),
  'metrics-default-on-traffic-port': () => childrenOf(elasticWeb({ podPort: 8090, mtargetPort: 'metrics' })),
  'metrics-on-traffic-port-by-name': () => childrenOf(elasticWeb({ name: 'web', mtargetPort: 'web' })),
  'metrics-on-traffic-port-by-number': () => childrenOf(elasticWeb({ mtargetPort: 8080 })),
  'metrics-beside-udp-of-that-number': () => childrenOf(elasticWeb({ protocol: 'UDP', mtargetPort: 8080 })),
  'metrics-beside-udp-of-that-name': () => childrenOf(elasticWeb({ protocol: 'UDP', mtargetPort: 'http' })),
  resources: () =>
    childrenOf(
      elasticWeb({
        resources: { limits: { cpu: '250m', memory: '1.5Gi', 'example.com/gpu': 1 }, requests: { cpu: 1 } },
      }),
    ),
  restricted: () => childrenOf(elasticWeb({ podSecurity: 'Restricted' })),
  'no-load': () => childrenOf(elasticWeb({ totalQPS: 0 })),
  everything: () => childrenOf(EVERYTHING, { replicas: 3 }),
  owned: () =>
    childrenOf(elasticWeb({ mtargetPort: 9090 }, { uid: '7b0e7f0a-3f43-4f0e-9f53-0d5d39cf4b5e' }), { owned: true }),
  'construct-least': () => charted((scope) => new ElasticWeb(scope, 'shop', shop), { namespace: 'dev' }),
  'construct-scaled-by-others': () =>
    charted((scope) => new ElasticWeb(scope, 'shop', { ...shop, replicas: 'External' })),
  'construct-with-monitor': () =>
    charted((scope) => new ElasticWeb(scope, 'shop', { ...shop, mtargetPort: 'metrics', monitor: {} })),
  'construct-with-volumes': () =>
    charted(
      (scope) =>
        new ElasticWeb(scope, 'shop', {
          ...shop,
          mtargetPort: 9090,
          totalQPS: 1200,
          metadata: {
            name: 'web',
            namespace: 'prod',
            labels: { team: 'shop', app: 'other' },
            annotations: { 'example.com/owner': 'shop' },
          },
          service: { annotations: { 'example.com/owner': 'network', 'example.com/lb': 'internal' } },
          volumes: [
            { name: 'cache', emptyDir: { sizeLimit: '1Gi' } },
            { name: 'config', configMap: { name: 'shop' } },
          ],
          volumeMounts: [
            { name: 'cache', mountPath: '/var/cache/nginx' },
            { name: 'config', mountPath: '/etc/nginx/conf.d', readOnly: true },
          ],
          serviceAccountName: 'shop',
          automountServiceAccountToken: true,
        }),
    ),
};

for (const [name, manifests] of Object.entries(goldens)) {
  test(`the manifests are those of golden/${name}.yaml`, () => {
    assertGolden(name, asYaml(manifests()));
  });
}

test('there is no golden file of which nobody knows', () => {
  assert.deepEqual(goldenNames().toSorted(), Object.keys(goldens).toSorted());
});
