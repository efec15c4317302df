/** What requirements-sample.ts writes, byte for byte, without elasticweb: the number of pods is worked out by hand. */

import { App, Chart } from 'cdk8s';
import { k8s, Namespace } from 'cdk8s-plus-27';

const app = new App();
const chart = new Chart(app, 'with-cdk8s-plus');
new Namespace(chart, 'namespace', { metadata: { name: 'dev', labels: { name: 'dev' } } });

const name = 'elasticweb-sample';
const selector = { 'app.kubernetes.io/name': 'elasticweb', 'app.kubernetes.io/instance': name };
const labels = { ...selector, 'app.kubernetes.io/managed-by': 'elasticweb', app: name };
const metadata = { name, namespace: 'dev', labels };
new k8s.KubeDeployment(chart, 'deployment', {
  metadata,
  spec: {
    replicas: Math.ceil(700 / 500),
    selector: { matchLabels: selector },
    strategy: {
      type: 'RollingUpdate',
      rollingUpdate: {
        maxSurge: k8s.IntOrString.fromString('25%'),
        maxUnavailable: k8s.IntOrString.fromString('25%'),
      },
    },
    template: {
      metadata: { labels },
      spec: {
        automountServiceAccountToken: false,
        securityContext: { seccompProfile: { type: 'RuntimeDefault' } },
        containers: [
          {
            name: 'web',
            image: 'tomcat:8.0.18-jre8',
            ports: [{ name: 'http', containerPort: 8080, protocol: 'TCP' }],
            resources: {
              requests: { cpu: k8s.Quantity.fromString('100m'), memory: k8s.Quantity.fromString('100Mi') },
              limits: { cpu: k8s.Quantity.fromString('400m'), memory: k8s.Quantity.fromString('500Mi') },
            },
            securityContext: { allowPrivilegeEscalation: false },
          },
        ],
      },
    },
  },
});
new k8s.KubeService(chart, 'service', {
  metadata,
  spec: {
    type: 'LoadBalancer',
    selector,
    ports: [
      {
        name: 'http-traffic',
        port: 8081,
        protocol: 'TCP',
        targetPort: k8s.IntOrString.fromNumber(8080),
        nodePort: 30_004,
      },
    ],
  },
});
app.synth();
